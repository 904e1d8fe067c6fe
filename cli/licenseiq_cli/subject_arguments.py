"""What can be typed after `licenseiq subject`."""

import argparse


def subject(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="what to do", dest="action", metavar="ACTION", required=True)
    words = "write a copy of what is held about a person, for that person (GDPR, article 15)"
    export = actions.add_parser("export", help=words, description=f"{words[0].upper()}{words[1:]}.")
    export.add_argument("person", metavar="PERSON", help="a principal name or an id; or a pseudonym or a display name")
    export.add_argument("--to", required=True, metavar="PATH", help="a folder that is not there yet, or a file of .zip")
    export.add_argument("--with-files", action="store_true", help="the files of the OneDrive too, not only their names")
    which = export.add_mutually_exclusive_group()
    which.add_argument("--demo", action="store_true", help="somebody of the simulated demo tenant")
    which.add_argument("--sign-in", action="store_true", help="sign in yourself by a code, as 'desk --sign-in' does")
    export.add_argument("--json", action="store_true", help="print one JSON object, for machines")
