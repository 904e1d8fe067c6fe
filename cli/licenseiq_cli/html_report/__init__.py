"""The report to print: one file of HTML and CSS without scripts, pictures or anything from outside."""
