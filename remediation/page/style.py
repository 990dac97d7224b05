"""What does the posture page look like? One style sheet, named by its hash in the page's security policy."""

import base64
import hashlib

from remediation.page.markup import Style

CSS = """\
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--text:#16202c;--soft:#4d5a69;--line:#d5dbe3;--link:#0b57a4;
--ok:#0f6b3c;--ok-bg:#e2f4e9;--bad:#a81722;--bad-bg:#fde7e8;--wait:#7a4d00;--wait-bg:#fdf1d8;--held:#5b3aa0;
--held-bg:#eee8fb;--none:#4d5a69;--none-bg:#e9edf2;--bar:#2c74c9}
@media (prefers-color-scheme:dark){:root{--page:#0e141b;--card:#172029;--text:#e8edf3;--soft:#a7b4c2;--line:#303c49;
--link:#86bdf7;--ok:#7ddba3;--ok-bg:#12351f;--bad:#ff9aa0;--bad-bg:#451a1d;--wait:#f3c469;--wait-bg:#3b2c0b;--held:#c3abff;
--held-bg:#2d2350;--none:#a7b4c2;--none-bg:#25303b;--bar:#5b9fe8}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;
overflow-wrap:anywhere}
a{color:var(--link);text-underline-offset:.15em}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
header,main,footer{max-width:80rem;margin:0 auto;padding:1rem 1.25rem}
header{padding-bottom:0}footer{color:var(--soft);font-size:.875rem}
h1{font-size:1.6rem;line-height:1.25;margin:0}h2{font-size:1.15rem;margin:2rem 0 .6rem}h3{font-size:1rem;margin:0}
p{margin:.4rem 0}.soft{color:var(--soft)}.small{font-size:.875rem}
.skip{position:absolute;left:-999rem}.skip:focus{left:1rem;top:.5rem;background:var(--card);padding:.5rem}
.notice{border-left:4px solid var(--wait);background:var(--wait-bg);padding:.6rem .9rem;margin:.6rem 0;
border-radius:.3rem}
.notice.bad{border-color:var(--bad);background:var(--bad-bg)}.notice.ok{border-color:var(--ok);background:var(--ok-bg)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.75rem;margin:1rem 0;padding:0}
.tile,.card{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.8rem 1rem;margin:0}
.tile dt{color:var(--soft);font-size:.875rem}.tile dd{margin:0;font-size:1.7rem;font-weight:650;line-height:1.3}
.tile .small{font-weight:400;line-height:1.4;display:block;font-size:.8125rem}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(22rem,100%),1fr));gap:1rem}
.two h2{margin-top:1rem}
form{display:flex;flex-wrap:wrap;gap:.5rem;align-items:end;margin:.6rem 0}
label{display:block;font-size:.875rem;color:var(--soft)}
input,select,button{font:inherit;color:inherit;background:var(--card);border:1px solid var(--soft);border-radius:.4rem;
padding:.4rem .6rem;min-height:2.5rem;max-width:100%}
button{background:var(--link);color:var(--page);border-color:var(--link);font-weight:600}
.wide{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:.6rem}
table{border-collapse:collapse;width:100%}
caption{text-align:left;padding:.6rem .9rem;color:var(--soft);font-size:.875rem}
th,td{text-align:left;vertical-align:top;padding:.6rem .9rem;border-top:1px solid var(--line)}
figure{margin:0}.notice h2{margin:0}.notice ul{margin:.3rem 0}
thead th{overflow-wrap:normal;font-size:.875rem;color:var(--soft);font-weight:600}
tbody th{font-weight:600}tbody th .small{font-weight:400}.fleet tbody th{min-width:11rem}
td.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.chip{display:inline-block;border-radius:1rem;padding:.05rem .6rem;font-size:.8125rem;font-weight:600;
white-space:nowrap}
.chain{display:flex;flex-wrap:wrap;gap:.35rem .2rem;list-style:none;margin:0;padding:0}
.chain li{display:flex;align-items:center}
.chain li+li::before{content:"";width:.7rem;border-top:2px solid var(--soft);margin-right:.2rem}
.leg{border:1px solid currentColor;border-radius:.4rem;padding:.1rem .45rem;font-size:.8125rem;font-weight:600;
white-space:nowrap}
.ok{color:var(--ok);background:var(--ok-bg)}.broken,.stalled{color:var(--bad);background:var(--bad-bg)}
.waiting{color:var(--wait);background:var(--wait-bg)}.held{color:var(--held);background:var(--held-bg)}
.none{color:var(--none);background:var(--none-bg)}.leg.none{border-style:dashed}
.notice{color:var(--text)}
.findings{margin:.4rem 0 0;padding-left:1.1rem;font-size:.875rem}
nav ul{display:flex;flex-wrap:wrap;gap:.35rem 1rem;list-style:none;padding:0;margin:.6rem 0}
[aria-current]{font-weight:700;color:var(--text);text-decoration:none}
svg{display:block;width:100%;height:auto}svg .bar{fill:var(--bar)}svg .axis{stroke:var(--line)}
svg{overflow:visible}svg text{fill:var(--soft);font-size:11px;font-family:inherit}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
details{margin:.4rem 0}summary{cursor:pointer}
.timeline{list-style:none;margin:0;padding:0 0 0 1.1rem;border-left:2px solid var(--line)}
.timeline>li{margin:0 0 1rem;position:relative}
.timeline>li::before{content:"";position:absolute;left:-1.5rem;top:.5rem;width:.7rem;height:.7rem;border-radius:50%;
background:var(--soft)}
.change{display:grid;grid-template-columns:max-content 1fr;gap:.1rem .75rem;margin:.4rem 0;font-size:.875rem}
.change dt{color:var(--soft)}.change dd{margin:0}
@media (max-width:46rem){
header,main,footer{padding-left:.8rem;padding-right:.8rem}
.stack thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.stack,.stack tbody,.stack tr,.stack th,.stack td,.stack caption{display:block;width:100%}
.stack tr{border-top:1px solid var(--line);padding:.4rem 0}.stack th,.stack td{border:0;padding:.2rem .9rem}
.stack td.number{text-align:left}svg text{font-size:20px}}
@media (min-width:46.01rem){.label{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}}
@media print{body{background:none}nav,form{display:none}}
"""
STYLE = Style(CSS)

_HASH = base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode()

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Of every answer, page or not: its address may hold a key, and it names people.
GUARDED = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
