// Passerelle. Everything works without this file: it shortens ways that exist.
// Trusted Types: no innerHTML and no DOMParser; fragments come by XMLHttpRequest as documents (ux.md §1).
const html = document.documentElement;
const body = document.body;
html.classList.add("js");

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const shortcuts = () => body.dataset.shortcuts === "on";
const inField = (element) => element.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");

// --- fragments

/** Resolves to {status, document, url}; rejects when the network is gone. */
export function load(method, url, data = null, headers = {}) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open(method, url);
    xhr.responseType = "document";
    xhr.timeout = 20000;
    xhr.setRequestHeader("X-Fragment", "1");
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    xhr.onload = () => xhr.response ? resolve({ status: xhr.status, document: xhr.response, url: xhr.responseURL }) : reject(new Error("empty"));
    xhr.onerror = xhr.ontimeout = () => reject(new Error("network"));
    xhr.send(data);
  });
}

/** Puts the parts of a fragment in their places: each replaces the one of its id, or goes into the list it names. */
export function place(fragment) {
  // A part within a part comes with it.
  for (const part of all("[data-part]", fragment).filter((each) => !each.parentElement.closest("[data-part]"))) {
    const old = document.getElementById(part.id);
    const made = document.adoptNode(part);
    const into = made.dataset.into && document.getElementById(made.dataset.into);
    if (into && old?.parentElement !== into) { old?.remove(); into.prepend(made); }
    else if (old) old.replaceWith(made);
  }
}

// --- status bar

export function say(words, kind = "", action = null) {
  const bar = document.getElementById("status");
  const inside = document.createElement("div");
  inside.className = "status-in" + (kind ? ` status-${kind}` : "");
  const text = document.createElement("p");
  text.textContent = words;
  inside.append(text);
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-small";
    button.textContent = action.words;
    button.addEventListener("click", action.run);
    inside.append(button);
  }
  bar.replaceChildren(inside);
}

// --- menu

const menuButton = document.querySelector("[data-menu]");
function openMenu(open) {
  menuButton.setAttribute("aria-expanded", String(open));
  document.getElementById("menu").classList.toggle("top-menu-open", open);
}
menuButton?.addEventListener("click", () => openMenu(menuButton.getAttribute("aria-expanded") !== "true"));

// --- dialogs: a button names the dialog that it opens; without this script it is a link to the same thing as a page

let opener = null;
export function openDialog(id, from = document.activeElement) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return;
  opener = from;
  dialog.showModal();
  // Its first question, not the box where an error may come.
  (dialog.querySelector("[data-first]") ?? dialog.querySelector("form input:not([type=hidden]), form textarea, form select"))?.focus();
}
document.addEventListener("click", (event) => {
  const opening = event.target.closest("[data-dialog]");
  if (opening && document.getElementById(opening.dataset.dialog)) {
    event.preventDefault();
    openDialog(opening.dataset.dialog, opening);
  }
  const closing = event.target.closest("[data-close]");
  if (closing) closing.closest("dialog")?.close();
});
document.addEventListener("close", () => { opener?.isConnected && opener.focus(); opener = null; }, true);

// --- forms with errors: the summary takes the focus

document.querySelector("[data-focus]")?.focus();
document.addEventListener("click", (event) => {
  const link = event.target.closest(".errors a[href^='#']");
  if (!link) return;
  const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  const field = target?.matches("fieldset") ? target.querySelector("input") : target;
  if (field) { event.preventDefault(); field.focus(); field.scrollIntoView({ block: "center" }); }
});

// --- long work: data-poll="address of its state"; the fragment says data-done when it is over

function poll(region) {
  let wait = 1000, spoken = -1;
  const next = () => setTimeout(ask, wait);
  async function ask() {
    if (!region.isConnected) return;
    if (document.hidden) { document.addEventListener("visibilitychange", ask, { once: true }); return; }
    try {
      const answer = await load("GET", region.dataset.poll);
      if (answer.status !== 200) { wait = Math.min(wait * 2, 5000); return next(); }
      region.replaceChildren(...[...answer.document.body.childNodes].map((node) => document.adoptNode(node)));
      wait = 1000;
      if (region.querySelector("[data-done]")) {
        const target = region.querySelector("[data-done]").dataset.done;
        if (target) location.assign(target); else location.reload();
        return;
      }
      const bar = region.querySelector("progress");
      if (bar && bar.max) {
        const quarter = Math.floor((bar.value / bar.max) * 4);
        const live = document.getElementById(region.dataset.say ?? "");
        if (quarter > spoken && live) { spoken = quarter; live.textContent = `${quarter * 25} %`; }
      }
    } catch { wait = Math.min(wait * 2, 5000); }
    next();
  }
  next();
}
all("[data-poll]").forEach(poll);

// --- the one switch of single keys, without leaving the page

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-switch]");
  if (!form) return;
  event.preventDefault();
  const on = form.elements.shortcuts.value === "on";
  try {
    await load("POST", form.getAttribute("action"), new FormData(form));
  } catch { form.submit(); return; }
  body.dataset.shortcuts = on ? "on" : "off";
  form.elements.shortcuts.value = on ? "off" : "on";
  form.querySelector("p").textContent = `Les raccourcis d’une seule touche sont ${on ? "actifs" : "coupés"}.`;
  form.querySelector("button").textContent = on ? "Couper" : "Rétablir";
});

// --- keyboard: g then a letter, /, ?, Esc. Never in a field, never with a modifier, off with one switch.

let going = 0;
const GO = { a: "À traiter", p: "Propositions", o: "Offres", c: "Candidats", e: "Embauches", b: "Bilans" };
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && menuButton?.getAttribute("aria-expanded") === "true") { openMenu(false); menuButton.focus(); return; }
  if (!shortcuts() || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (inField(event.target) || document.querySelector("dialog[open]")) return;
  const key = event.key.toLowerCase();
  if (Date.now() - going < 1500 && GO[key]) {
    going = 0;
    const link = all(".menu-link").find((entry) => entry.textContent.trim() === GO[key]);
    if (link) { event.preventDefault(); event.stopImmediatePropagation(); location.assign(link.href); }
    return;
  }
  going = 0;
  if (key === "g") { going = Date.now(); event.stopImmediatePropagation(); }
  else if (key === "/") { const field = document.querySelector("[data-search]"); if (field) { event.preventDefault(); field.focus(); } }
  else if (key === "n") { const link = document.querySelector("[data-note-key]"); if (link) { event.preventDefault(); link.click(); } }
  else if (key === "?") { if (document.getElementById("raccourcis")) { event.preventDefault(); openDialog("raccourcis"); } }
});

// --- examination: one key a decision, no page load (ux.md §5)

const examination = document.querySelector("[data-examination]");
const sheet = () => document.getElementById("fiche");
const narrow = matchMedia("(max-width: 61.31em)");

/** After a sheet came: the line of the queue that it belongs to, the heading of the decided, the focus. */
function settle({ push = true } = {}) {
  const ref = sheet().dataset.ref;
  for (const row of all(".exam-row")) {
    const here = row.id === `ligne-${ref}`;
    row.toggleAttribute("data-current", here);
    const link = row.querySelector("[data-sheet]");
    if (here) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
    if (here && !narrow.matches) row.scrollIntoView({ block: "nearest" });
  }
  document.getElementById("titre-decides").hidden = !document.querySelector("#decides > li");
  if (push) history.pushState({ sheet: sheet().dataset.url }, "", sheet().dataset.url);
  sheet().querySelector("h2").focus();
  if (scrollY > sheet().offsetTop) scrollTo({ top: Math.max(sheet().offsetTop - 16, 0) });
}

let busy = false;
async function fetchInto(method, url, data, options = {}) {
  if (busy) return null;
  busy = true;
  const waiting = setTimeout(() => sheet().setAttribute("aria-busy", "true"), 400);
  try {
    const answer = await load(method, url, data);
    if (!answer.document.querySelector("[data-part]")) {
      // Signed out meanwhile: the door. Else a page of error, whose sentence says what to do.
      if (answer.status < 400) location.assign(answer.url);
      else say(answer.document.querySelector("main p")?.textContent ?? "", "error", { words: "Recharger", run: () => location.reload() });
      return null;
    }
    place(answer.document);
    if (answer.status < 400 && sheet().dataset.url) settle(options);
    return answer.status;
  } catch {
    const words = data ? "Connexion perdue. Votre décision n’est pas enregistrée." : "Connexion perdue. La fiche n’a pas pu être lue.";
    say(words, "error", { words: "Réessayer", run: () => fetchInto(method, url, data, options).then(options.then ?? (() => {})) });
    return 0;
  } finally { clearTimeout(waiting); sheet().removeAttribute("aria-busy"); busy = false; }
}

async function decide(form, button) {
  const data = new FormData(form, button);
  const dialog = form.closest("dialog");
  const finish = (status) => {
    if (status && status < 400) { dialog?.close(); form.matches("[data-panel]") && form.reset(); }
    else if (status) document.querySelector(`#${dialog?.id ?? "fiche"}-message`)?.focus();
    return status;
  };
  // The dialog is closed before the focus goes to the next sheet, and opened again with what was typed when refused.
  if (dialog) {
    opener = null;
    dialog.close();
  }
  const status = await fetchInto("POST", form.getAttribute("action"), data, { then: finish });
  if (dialog && status !== null && !(status && status < 400)) {
    if (status === 409) fill(dialog);
    if (status) dialog.showModal();
  }
  finish(status);
}

/** Puts the candidate on the screen into a dialog: title, address, what was seen, means of contact. */
function fill(dialog) {
  const form = dialog.querySelector("[data-panel]");
  if (!form || !sheet().dataset.ref) return;
  const { name, decision, version, state, phone, channels } = sheet().dataset;
  const title = dialog.querySelector("[data-title]");
  title.textContent = title.dataset.title.replace("NOM", name);
  form.setAttribute("action", decision);
  form.elements.version.value = version;
  form.elements.state.value = state;
  const call = form.querySelector("[data-phone-link]");
  if (call) {
    call.textContent = phone || "Téléphone";
    call.setAttribute("href", `tel:${phone.replaceAll(/\s/g, "")}`);
    call.hidden = !phone;
    form.querySelector("[data-no-phone]").hidden = Boolean(phone);
    const able = channels.split(" ");
    for (const radio of all("[name=channel]", form)) {
      radio.disabled = !able.includes(radio.value);
      radio.closest(".choice").hidden = radio.disabled;
    }
    (all("[name=channel]:not(:disabled)", form).find((radio) => radio.checked) ?? form.querySelector("[name=channel]:not(:disabled)"))?.click();
    for (const old of all("[data-proof]", form)) old.remove();
    for (const proof of all("#justificatifs input:checked")) {
      const copy = document.createElement("input");
      Object.assign(copy, { type: "hidden", name: "proofs", value: proof.value });
      copy.dataset.proof = "";
      form.append(copy);
    }
  }
}

if (examination) {
  history.replaceState({ sheet: location.href }, "");
  addEventListener("popstate", (event) => { if (event.state?.sheet) fetchInto("GET", event.state.sheet, null, { push: false }); });

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-decide]");
    if (!form) return;
    event.preventDefault();
    decide(form, event.submitter);
  });
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented && !event.target.closest("[data-dialog]")) return;
    const opening = event.target.closest("[data-dialog]");
    if (opening) {
      const dialog = document.getElementById(opening.dataset.dialog);
      if (dialog) { document.getElementById(`${dialog.id}-message`)?.replaceChildren(); fill(dialog); }
    }
    const link = event.target.closest("[data-sheet]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || (narrow.matches && link.closest(".exam-queue"))) return;
    event.preventDefault();
    fetchInto("GET", link.href);
  }, true);

  // Ticked lines bring up the bar.
  let lastTicked = null;
  const boxes = () => all(".exam-row .check");
  const count = () => {
    const ticked = boxes().filter((box) => box.checked).length;
    const bar = document.getElementById("lot");
    bar?.classList.toggle("exam-ticked", ticked > 0);
    if (bar) document.getElementById("coches").textContent = `${ticked} sélectionné${ticked > 1 ? "s" : ""}`;
  };
  document.addEventListener("change", (event) => { if (event.target.matches(".exam-row .check")) { lastTicked = event.target; count(); } });
  count();
  const tick = (downTo) => {
    const box = document.querySelector(".exam-row[data-current] .check");
    if (!box) return;
    const list = boxes(), from = list.indexOf(lastTicked), to = list.indexOf(box);
    if (downTo && from >= 0) for (let i = Math.min(from, to); i <= Math.max(from, to); i++) list[i].checked = true;
    else box.checked = downTo || !box.checked;
    lastTicked = box;
    count();
  };

  document.addEventListener("keydown", (event) => {
    if (!shortcuts() || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const open = document.querySelector("dialog[open]");
    if (open) {
      // In the dialog of reasons, 1 to 5 choose and Enter sends.
      if (open.id !== "ecarter" || inField(event.target)) return;
      const radio = event.key >= "1" && event.key <= "5" && open.querySelector(`[aria-keyshortcuts="${event.key}"]`);
      if (radio) { event.preventDefault(); radio.checked = true; radio.focus(); }
      return;
    }
    if (inField(event.target)) return;
    const key = event.key.toLowerCase();
    if (key === "x") { event.preventDefault(); tick(event.shiftKey); return; }
    if (event.shiftKey || event.repeat) return;
    if (key === "u") { const form = document.querySelector("#status [data-undo]") ?? sheet().querySelector("[data-undo]"); if (form) { event.preventDefault(); decide(form, null); } return; }
    const target = /^[a-z]$/.test(key) && sheet().querySelector(`[data-key="${key}"]`);
    if (!target) return;
    event.preventDefault();
    if (target.matches("form")) decide(target, null); else target.click();
  });
}

// --- an offer being typed: its draft is kept when a field is left, its figures follow 300 ms behind (ux.md §6)

const offerForm = document.querySelector("[data-estimate]");
if (offerForm) {
  let timer = 0, turn = 0, saving = Promise.resolve();
  const figure = async () => {
    const mine = ++turn;
    const waiting = setTimeout(() => document.getElementById("estimation")?.setAttribute("aria-busy", "true"), 400);
    try {
      const answer = await load("POST", offerForm.dataset.estimate, new FormData(offerForm));
      // Only the last question counts; a page without a figure (signed out) leaves the old ones.
      if (mine === turn && answer.document.querySelector("[data-part]")) place(answer.document);
    } catch { /* the figures wait for the next change */ }
    clearTimeout(waiting);
    document.getElementById("estimation")?.removeAttribute("aria-busy");
  };
  const soon = () => { clearTimeout(timer); timer = setTimeout(figure, 300); };

  /** An error said beside the field that was left; it disappears as soon as it is right. */
  const correct = (name, wrong) => {
    const control = offerForm.elements[name], one = control?.length && !control.tagName ? control[0].closest("fieldset") : control;
    const field = one?.closest(".field");
    if (!field || !one.id) return;
    const id = `${one.id}-erreur`, message = wrong.get(one.id);
    document.getElementById(id)?.remove();
    field.classList.toggle("field-error", Boolean(message));
    if (!message) { one.removeAttribute("aria-invalid"); return; }
    const said = document.createElement("p");
    Object.assign(said, { className: "field-message", id, textContent: message });
    const before = one.matches("fieldset") ? one.querySelector(".choice") : (one.closest(".field-line") ?? one);
    before.before(said);
    one.setAttribute("aria-invalid", "true");
    if (!one.getAttribute("aria-describedby")?.includes(id)) one.setAttribute("aria-describedby", [one.getAttribute("aria-describedby"), id].filter(Boolean).join(" "));
  };
  const keep = async (name) => {
    try {
      const answer = await load("POST", offerForm.dataset.draft, new FormData(offerForm));
      const told = answer.document.getElementById("brouillon");
      if (!told) throw new Error("refused");
      document.getElementById("brouillon").textContent = told.textContent;
      correct(name, new Map(all("[data-error]", answer.document).map((each) => [each.dataset.error, each.textContent])));
      if (answer.status < 400) history.replaceState(history.state, "", offerForm.dataset.kept);
    } catch { say("Connexion perdue. Votre saisie n’est plus enregistrée.", "error", { words: "Réessayer", run: () => keep(name) }); }
  };
  const suggest = async (title) => {
    try {
      const answer = await load("GET", `${offerForm.dataset.titles}?poste=${encodeURIComponent(title)}`);
      if (answer.document.querySelector("[data-part]")) place(answer.document);
    } catch { /* nothing is suggested, nothing is lost */ }
  };
  offerForm.addEventListener("input", soon);
  offerForm.addEventListener("change", async (event) => {
    const { name, value } = event.target;
    if (name === "title" && offerForm.dataset.titles) await suggest(value);
    if (offerForm.dataset.draft) saving = saving.then(() => keep(name));
  });
  offerForm.addEventListener("click", (event) => {
    const again = event.target.closest("[value=recalculer]");
    if (again) { event.preventDefault(); figure(); }
  });
  figure();
}

// --- attendance: every answer is kept in the page until it is told to be written, whatever becomes of the connection
// What is kept: ids of attendances, the answer, a key and an instant; never a name. Sent in order; the same key twice is once.

const KEPT = "passerelle.presences.";
const STATED = { present: "présent", late: "en retard", excused: "excusé", absent: "absent" };
const attendance = document.querySelector("[data-attendance]");
const keptPlace = attendance && `${KEPT}${attendance.dataset.attendance}.${attendance.dataset.user}`;

/** The answers that wait, oldest first; a browser without storage keeps them as long as the page. */
let inPage = [];
function kept() {
  try { return JSON.parse(localStorage.getItem(keptPlace) ?? "[]"); } catch { return inPage; }
}
function keep(answers) {
  inPage = answers;
  try { answers.length ? localStorage.setItem(keptPlace, JSON.stringify(answers)) : localStorage.removeItem(keptPlace); } catch { /* in the page */ }
}
const unsent = () => (keptPlace ? kept().length : 0);

if (attendance) {
  const banner = document.getElementById("connexion");
  let sending = false, wait = 2000, timer = 0, leaving = false;
  const row = (ref) => document.getElementById(`p-${ref}`);

  /** The line of somebody as it was pressed, before anybody has read it. */
  function show({ ref, state }) {
    const line = row(ref);
    if (!line) return;
    for (const button of all("button[name=state]", line)) if (button.hasAttribute("aria-pressed")) button.setAttribute("aria-pressed", String(button.value === state));
    const tag = document.createElement("span");
    tag.className = "tag tag-warn";
    tag.textContent = "En attente d’envoi";
    line.querySelector("[data-said]").replaceChildren(tag, ` ${STATED[state]}`);
    line.dataset.shown = state;
    line.classList.remove("att-dispute");
  }
  function recount() {
    for (const answer of kept()) show(answer);
    const lines = all(".att-row"), stated = lines.filter((line) => line.dataset.shown).length;
    const count = document.querySelector("[data-stated]");
    if (count) count.textContent = String(stated);
    for (const button of all("[data-closing] button")) button.disabled = unsent() > 0;
  }
  function tell(words, link = null) {
    banner.hidden = !words;
    const said = document.createElement("p");
    said.textContent = words;
    banner.replaceChildren(said);
    if (link) {
      const more = document.createElement("p"), anchor = document.createElement("a");
      anchor.href = attendance.dataset.door;
      anchor.textContent = link;
      more.append(anchor);
      banner.append(more);
    }
  }
  const many = (one, several) => (unsent() > 1 ? several.replace("N", String(unsent())) : one);

  /** A page of the same address for its token: it may have changed since this one was loaded. Null when signed out. */
  async function token() {
    const answer = await load("GET", location.pathname);
    const there = answer.document.querySelector("[data-attendance]");
    if (!there) return null;
    if (there.dataset.user !== attendance.dataset.user) return undefined;
    return answer.document.querySelector("[name=csrf_token]")?.value ?? null;
  }
  function signedOut() {
    tell(`Vous êtes déconnecté. ${many("Votre réponse est gardée", "Vos N réponses sont gardées")} sur cet appareil et ${many("partira", "partiront")} quand vous serez de nouveau sur cette page.`, "Me reconnecter");
  }

  async function post(answer) {
    const data = new FormData();
    const form = document.querySelector("[data-press]");
    data.set("csrf_token", form?.elements.csrf_token.value ?? "");
    for (const [name, value] of [["state", answer.state], ["key", answer.key], ["at", answer.at], ["version", answer.version]]) data.set(name, value);
    return load("POST", `${location.pathname}/${answer.ref}`, data);
  }

  /** Sends what waits, one at a time; stops at the first that nobody answers, and tries again later. */
  async function send() {
    clearTimeout(timer);
    if (sending) return;
    sending = true;
    let renewed = false;
    try {
      while (unsent()) {
        const answer = kept()[0];
        let said = await post(answer);
        if (said.status === 400 && !renewed) {
          renewed = true;
          const fresh = await token();
          if (fresh === undefined || fresh === null) { signedOut(); return; }
          for (const field of all("[name=csrf_token]")) field.value = fresh;
          said = await post(answer);
        }
        if (said.status === 401 || (said.status < 400 && !said.document.querySelector("[data-part]"))) { signedOut(); return; }
        if (said.status === 400 || said.status === 429 || said.status >= 500) throw new Error("later");
        // It was read: written, already known, or refused with its reason on the line.
        keep(kept().filter((each) => each.key !== answer.key));
        const focused = document.activeElement, value = row(answer.ref)?.contains(focused) ? focused.value : null;
        if (said.document.querySelector("[data-part]")) place(said.document);
        else say(said.document.querySelector("main p")?.textContent ?? "", "error", { words: "Recharger", run: () => location.reload() });
        if (value) (all("button[name=state]", row(answer.ref) ?? document).find((button) => button.value === value) ?? row(answer.ref)?.querySelector("button"))?.focus();
        recount();
        wait = 2000;
      }
      tell("");
    } catch {
      tell(`Connexion perdue. ${many("Votre réponse partira", "Vos N réponses partiront")} dès qu’elle revient.`);
      timer = setTimeout(send, wait);
      wait = Math.min(wait * 2, 30000);
    } finally { sending = false; }
  }

  attendance.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-press]");
    if (!form || !event.submitter?.value) return;
    event.preventDefault();
    const line = form.closest("[data-ref]");
    const answer = { ref: line.dataset.ref, state: event.submitter.value, version: form.elements.version.value, key: crypto.randomUUID?.() ?? keyOf(), at: new Date().toISOString() };
    // What has not been sent yet of the same person is replaced; what is on its way is not.
    const waiting = kept();
    keep([...waiting.filter((each, number) => each.ref !== answer.ref || (sending && number === 0)), answer]);
    recount();
    if (banner.hidden || navigator.onLine) send(); else tell(`Connexion perdue. ${many("Votre réponse partira", "Vos N réponses partiront")} dès qu’elle revient.`);
  });
  /** Away from https there is no randomUUID. */
  function keyOf() {
    const bytes = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return `${bytes.slice(0, 8)}-${bytes.slice(8, 12)}-${bytes.slice(12, 16)}-${bytes.slice(16, 20)}-${bytes.slice(20)}`;
  }
  addEventListener("online", () => { wait = 2000; send(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && unsent()) send(); });
  addEventListener("beforeunload", (event) => { if (unsent() && !leaving) event.preventDefault(); });
  banner.addEventListener("click", (event) => { if (event.target.closest("a")) leaving = true; });
  recount();
  if (unsent()) send();
}

// Whoever leaves takes nothing along: what was not sent is said first, then forgotten.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("[action$='/deconnexion']");
  if (!form) return;
  if (unsent() && !form.dataset.sure) {
    event.preventDefault();
    say(`${unsent()} présence${unsent() > 1 ? "s ne sont" : " n’est"} pas encore envoyée${unsent() > 1 ? "s" : ""} : quitter maintenant les efface.`, "error", { words: "Quitter quand même", run: () => { form.dataset.sure = "yes"; form.requestSubmit(); } });
    return;
  }
  try { for (const name of Object.keys(localStorage)) if (name.startsWith(KEPT)) localStorage.removeItem(name); } catch { /* nothing is kept */ }
});
