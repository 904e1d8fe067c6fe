"""What can be typed after `licenseiq audit`."""

import argparse


def audit(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="what to do", dest="action", metavar="ACTION", required=True)
    for name, words in (
        ("verify", "check that no entry of the ledger was changed or removed"),
        ("export", "write everything that is needed to verify the ledger elsewhere"),
        ("anchor", "keep the ledger's newest head in another place, so that a cut tail shows"),
        ("proof", "prove that one entry is in the ledger, or that an older ledger is its beginning"),
    ):
        action = actions.add_parser(name, help=words, description=f"{words.capitalize()}.")
        only = "only the demo tenant's ledger" if name == "verify" else "the demo tenant's ledger instead"
        action.add_argument("--demo", action="store_true", help=only)
        if name == "verify":
            action.add_argument("file", metavar="FILE", nargs="?", help="an export; without it, this machine's ledgers")
            action.add_argument("--anchor", metavar="PLACE", help="compare with the heads that 'anchor' kept there")
            action.add_argument("--key", metavar="HEX", help="the public key that must have signed, for an export")
        elif name == "export":
            action.add_argument("--to", metavar="FILE", help="the file to write (default: standard output)")
            action.add_argument("--with-verifier", action="store_true", help="write licenseiq_verify.py beside it")
            action.add_argument("--force", action="store_true", help="replace files that are there")
        elif name == "anchor":
            action.add_argument("--to", required=True, metavar="PLACE", help="a file, or a folder for one")
        else:
            what = action.add_mutually_exclusive_group(required=True)
            what.add_argument("seq", metavar="ENTRY", nargs="?", type=int, help="the number of an entry, from 0")
            what.add_argument("--first", metavar="SIZE", type=int, help="how many entries the older ledger had")
            action.add_argument("--tenant", metavar="ID", help="whose ledger, where there are several")
        if name in ("verify", "anchor"):
            action.add_argument("--json", action="store_true", help="print one JSON object, for machines")
