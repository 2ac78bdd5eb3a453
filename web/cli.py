"""The `passerelle` command: finds the subcommand, turns errors into one French sentence and an exit status.

Each subcommand lives in `web/commands/` and is imported only when it runs, so that `--help` stays quick.
"""

from __future__ import annotations

import importlib
import os
import sys

import click

from matching import errors

#: command -> (module, one line of help). Every row stands in the table of the README too (a test compares).
COMMANDS = {
    "run": ("web.commands.run", "L'application web et le travail de fond, sur une seule machine."),
    "serve": ("web.commands.serve", "L'application web seule."),
    "work": ("web.commands.work", "Le travail de fond seul."),
    "init": ("web.commands.init", "Crée les clés, la base et les tables de référence."),
    "demo": ("web.commands.demo", "Le jeu de démonstration : un Amiens fictif."),
    "import": ("web.commands.import_", "Importe un fichier."),
    "check": ("web.commands.check", "Dit les droits de personnes décrites en JSON Lines."),
    "programmes": ("web.commands.programmes", "Vérifie les fichiers des programmes."),
    "occupation": ("web.commands.occupation", "Rattache des intitulés aux métiers du ROME."),
    "users": ("web.commands.users", "Les comptes : inviter, fermer, lister."),
    "audit": ("web.commands.audit", "Vérifie la chaîne du journal."),
    "match": ("web.commands.match", "Propose des candidats aux offres ouvertes."),
    "clock": ("web.commands.clock", "Applique les règles du jour : relances, échéances, réponses."),
    "report": ("web.commands.report", "Donne le bilan d'un mois."),
}

#: interfaces.md, "Exit status".
DONE, FAULT, USAGE, PARTLY, REFUSED, SETTINGS = 0, 1, 2, 3, 4, 78


class Commands(click.Group):
    """Lists commands without importing them; imports the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        return importlib.import_module(COMMANDS[name][0]).command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commandes"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["--help", "-h"]})
def passerelle() -> None:
    """Passerelle : les droits datés, les mises en relation et leur suivi."""


def complain(sentence: str) -> None:
    """One line on stderr, nothing else."""
    click.echo(sentence, err=True)


def main(arguments: list[str] | None = None) -> None:
    """Run one command and exit with its status. A traceback never reaches the user (PASSERELLE_DEBUG shows it)."""
    sys.exit(status(arguments))


def status(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status of interfaces.md. A command may return its status itself."""
    from web.wording import sentence_for

    try:
        result = passerelle.main(arguments, prog_name="passerelle", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else DONE
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.ClickException as wrong:
        from web.wording import usage_sentence

        complain(usage_sentence(wrong))
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        complain("Interrompu.")
        return FAULT
    except BrokenPipeError:
        # The reader (head, less) closed early: nothing to say, and nothing may be said at interpreter exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except errors.PasserelleError as fault:
        complain(sentence_for(fault))
        return exit_status(fault)
    except Exception as fault:  # the one handler: what nobody could answer
        if os.environ.get("PASSERELLE_DEBUG"):
            raise
        complain(sentence_for(fault))
        return FAULT


def exit_status(fault: errors.PasserelleError) -> int:
    """Our own data or surroundings at fault: 1. Refused by a rule: 4. Settings: 78."""
    if isinstance(fault, errors.MissingParameter | errors.CorruptReference | errors.Unavailable):
        return FAULT
    if fault.code.startswith("settings-"):
        return SETTINGS
    return REFUSED


if __name__ == "__main__":
    main()
