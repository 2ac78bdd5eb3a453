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

/** Puts the parts of a fragment in their places: each element with an id replaces the one of that id. */
export function place(fragment) {
  for (const part of all("[data-part]", fragment)) {
    const old = document.getElementById(part.id);
    if (old) old.replaceWith(document.adoptNode(part));
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
  dialog.querySelector("[data-first]")?.focus();
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
  else if (key === "?") { if (document.getElementById("raccourcis")) { event.preventDefault(); openDialog("raccourcis"); } }
});
