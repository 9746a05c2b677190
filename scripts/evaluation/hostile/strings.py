"""Forty texts that act on what shows them, hide in it, or pass for something else."""

from typing import Final

FORGED: Final = "kltool: forged"  # must never begin a line
TERMINAL: Final = (
    "clears\x1b[2J\x1b[H",
    "colours\x1b[35;107m",
    "renames\x1b]0;title\x07",
    "links\x1b]8;;http://a.example\x1b\\here\x1b]8;;\x1b\\",
    "copies\x1b]52;c;cm0gLXJm\x07",
    "asks\x1bP+q544e\x1b\\\x1b[6n",
    "clears by C1\x9b2J",
    "renames by C1\x9d0;title\x9c",
    f"next line by C1\x85{FORGED} a",
    f"refused\r{FORGED} b",
    "refused\b\b\b\b\b\b\bread",
    "bell\x07 and shift\x0e\x0f\x7f",
    f"a line\n{FORGED} c",
    f"lines of Unicode\u2028{FORGED} d\u2029{FORGED} e",
)
DIRECTION: Final = (
    "override\u202egnp.exe\u202c",
    "isolates\u2066a\u2067b\u2068c\u2069",
    "embeds and marks\u202aa\u202bb\u202c\u200ea\u200fb\u061cc",
)
HIDING: Final = (
    "zero\u200bwidth\u200c1\u200d2\u2060\ufeff",
    "tags\U000e0068\U000e0069\U000e007f",
    "fillers\u3164\u115f\u034f\ufe0f\u180b",
    "flood" + ("o" + "\u0336\u0489\u0315" * 5) * 9,
    "deep flood a" + "\u0301\u0323" * 200,
)
FORMULAS: Final = (
    '=HYPERLINK("http://a.example?"&A1,"open")',
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    '@SUM(1)*DDE("cmd","/C calc","x")',
    "\t=1+2",
    "\r=1+3",
    "\uff1d1+1;\uff0b2",
    "words;=1+1;\t@x",
    '","=1+1","',
    "'=1+4",
)
MARKUP: Final = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\"><svg/onload=alert(1)> ' onfocus='alert(1)' autofocus='",
    "</td></tr></table></style></title><!-- ]]> &lt;b&gt;",
    "[bold]x[/bold] [link=http://a.example]y[/link] :heart: [/]",
    "{{ 7*7 }}{% raw %}{# x #} [x](javascript:alert(1)) | `x` |",
    r"\input{x}\write18{id} $x$ & % # _ ^ ~ { } \\",
)
OTHERS: Final = (
    '"}], "status": "ok", "x": [{"y": "\\',
    "=long " + "x" * 40_000,
)
STRINGS: Final = (*FORMULAS, *TERMINAL, *DIRECTION, *HIDING, *MARKUP, *OTHERS)
