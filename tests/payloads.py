"""Texts as somebody would send them who wants to be more than text: to a page, and to a terminal.

Each that a page would run sets ``window.hurt``, and each that it would take for markup leaves ``data-hurt``
or an element that no page of ours makes of a text; ``HURT`` tells. Each that a terminal would obey has a
control character in it.
"""

from __future__ import annotations

from typing import Final

_RUN: Final = "window.hurt=1"
_ELEMENTS: Final = (
    f"<script>{_RUN}</script>",
    f"<script src=data:,{_RUN}></script>",
    f"<img data-hurt src=x onerror={_RUN}>",
    f"<svg data-hurt onload={_RUN}>",
    f"<svg><animate data-hurt onbegin={_RUN} attributeName=x dur=1s>",
    f"<svg><script data-hurt>{_RUN}</script></svg>",
    f"<math><mtext><table><mglyph><style><img data-hurt src=x onerror={_RUN}>",
    f"<iframe data-hurt srcdoc='<script>parent.{_RUN}</script>'></iframe>",
    f"<iframe data-hurt src=javascript:parent.{_RUN}></iframe>",
    f"<object data-hurt data=javascript:{_RUN}></object>",
    f"<embed data-hurt src=javascript:{_RUN}>",
    f"<details data-hurt open ontoggle={_RUN}>",
    f"<input data-hurt autofocus onfocus={_RUN}>",
    f"<select data-hurt autofocus onfocus={_RUN}><option>",
    f"<video data-hurt><source onerror={_RUN}></video>",
    f"<audio data-hurt src=x onerror={_RUN}></audio>",
    f"<body data-hurt onload={_RUN}>",
    f"<marquee data-hurt onstart={_RUN}>",
    f"<a data-hurt href=javascript:{_RUN}>a</a>",
    f"<form data-hurt action=javascript:{_RUN}><button>",
    f"<button data-hurt formaction=javascript:{_RUN}>b",
    f"<meta data-hurt http-equiv=refresh content='0;javascript:{_RUN}'>",
    "<base data-hurt href=//example.org/>",
    "<link data-hurt rel=stylesheet href=//example.org/x.css>",
    "<style data-hurt>*{display:none}</style>",
    f"<template data-hurt><img src=x onerror={_RUN}></template>",
    f"<x data-hurt onclick={_RUN} style=position:fixed;inset:0>",
    f"<noscript><p title='</noscript><img data-hurt src=x onerror={_RUN}>'>",
    f"<a data-hurt is=x-y onmouseover={_RUN}>",
    f"<isindex data-hurt type=image src=1 onerror={_RUN}>",
)
# What would have to be ended first, where a page put the text there.
_ENDINGS: Final = (
    "{}",
    '">{}',
    "'>{}",
    "`>{}",
    "</textarea>{}",
    "</title>{}",
    "</script>{}",
    "</style>{}",
    "--><!-->{}",
    "]]>{}",
    "<!--{}",
    "<![CDATA[{}]]>",
    "\0{}",
    "+ADw-{}",
    "&lt;{}",
    "\u2028{}",
    "a{}b",
)
_OTHER: Final = (
    f"javascript:{_RUN}",
    f"JaVaScRiPt:{_RUN}",
    f" \t\njava\tscript:{_RUN}",
    f"data:text/html,<script>{_RUN}</script>",
    f'" onfocus="{_RUN}" autofocus data-hurt="',
    f"' onmouseover='{_RUN}' data-hurt='",
    f"` onclick=`{_RUN}` data-hurt=`",
    f'";{_RUN};//',
    f"';{_RUN};//",
    f"\\';{_RUN};//",
    f"${{{_RUN}}}",
    f"{{{{constructor.constructor('{_RUN}')()}}}}",
    f'{{"__html":"<img data-hurt src=x onerror={_RUN}>"}}',
    '{"__proto__":{"hurt":1}}',
    "__proto__",
    "constructor",
    "toString",
    "%3Cscript%3Ewindow.hurt=1%3C/script%3E",
    "&#60;img data-hurt src=x onerror=window.hurt=1&#62;",
    "＜img data-hurt src=x onerror=window.hurt=1＞",
)

MARKUP: Final = tuple(ending.format(element) for element in _ELEMENTS for ending in _ENDINGS) + _OTHER

# What a page says of itself: whether anything ran, and what became an element or an attribute.
HURT: Final = """() => [
    ...(window.hurt ? ["ran"] : []),
    ...[...document.querySelectorAll(
        "[data-hurt], script:not([src^='/assets/']), iframe, object, embed, base, template, marquee, x, math,"
        + " a[href^='j' i], [onerror], [onload], [onclick], [onfocus], [onbegin], [ontoggle], [onstart]",
    )].map((element) => element.outerHTML.slice(0, 200)),
]"""

_SEQUENCES: Final = (
    "\x1b[2J\x1b[H",  # erase the screen
    "\x1b[31;1m",
    "\x1b[?1049h",  # another screen
    "\x1b[6n",  # report the cursor: the answer is typed
    "\x1b[21t",  # report the title
    "\x1b]0;owned\x07",
    "\x1b]0;owned\x1b\\",
    "\x1b]8;;https://example.org\x07link\x1b]8;;\x07",
    "\x1b]52;c;b3duZWQ=\x07",  # the clipboard
    "\x1b]1337;File=inline=1:AAAA\x07",
    "\x1bP+q544e\x1b\\",
    "\x1bPq#0;2;0;0;0\x1b\\",
    "\x1b^private\x1b\\",
    "\x1b_application\x1b\\",
    "\x1bXstring\x1b\\",
    "\x1bc",  # reset
    "\x1b(0",
    "\x1b#8",
    "\x1b[3;1H\x1b[K",
    "\x9b2J",
    "\x9d0;owned\x9c",
    "\x90q\x9c",
    "\x85",
    "\x07",
    "\x08\x08\x08",
    "\x0e",
    "\x7f",
    "\r",
    "\n\n\n",
    "\v\f",
    "\u2028",
    "\u202e",
    "\u2066\u202d\u2069",
    "\u200b\u200d\ufeff",
    "\U000e0041",
    "\0",
    "\x1b",
    "\x1b[",
    "\x1b]0;never ended",
    "\x1b\x1b[[2J2J",
    "\x1b[\x1b[2J31m",
)
_AROUND: Final = ("{}", "Ana{}", "{}Ana", "A{}na", "{0}{0}Ana [red]{0}[/]")

CONTROL: Final = tuple(around.format(sequence) for sequence in _SEQUENCES for around in _AROUND)
