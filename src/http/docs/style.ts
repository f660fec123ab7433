/** How the page of the API looks. */
export const style = `
:root {
  --paper: #fdfdfc; --ink: #1c1e21; --soft: #5f6670; --line: #e3e5e8; --tint: #f3f4f6; --link: #0b57b0;
  --get: #0a6b3d; --post: #0b57b0; --change: #8a5200; --delete: #a8232b;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15171a; --ink: #e6e8eb; --soft: #9aa3ae; --line: #2b2f35; --tint: #1e2126; --link: #7db4f5;
    --get: #63c795; --post: #7db4f5; --change: #e0aa5c; --delete: #f08a8f;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1.5rem; }
body {
  margin: 0; display: grid; grid-template-columns: 19rem minmax(0, 1fr); background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 2px; }
code, .name, .type, .method { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .875em; }
nav {
  position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 1.75rem 1.25rem 2rem 1.5rem;
  border-right: 1px solid var(--line); font-size: .875rem; line-height: 1.4;
}
nav a { color: inherit; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li a { display: grid; grid-template-columns: 3.6rem 1fr; padding: .2rem 0; }
nav li a:not(:has(.method)) { display: block; }
nav .method { font-size: .6875rem; line-height: 1.75; }
.brand { margin: 0; font-weight: 650; font-size: 1rem; }
.group { margin: 1.4rem 0 .3rem; color: var(--soft); font-weight: 600; }
main { max-width: 54rem; padding: 1.75rem 3rem 6rem; }
h1 { margin: 0; font-size: 1.9rem; line-height: 1.2; letter-spacing: -.015em; }
h2 { margin: 4rem 0 0; padding-top: 1.2rem; border-top: 2px solid var(--ink); font-size: 1.4rem; line-height: 1.25; }
h3 { margin: 0 0 .4rem; font-size: 1.08rem; }
h3 a { color: inherit; }
h4 { margin: 1.2rem 0 .3rem; font-size: .875rem; font-weight: 600; color: var(--soft); }
p { margin: .35rem 0; max-width: 42rem; }
.lead { color: var(--soft); margin-bottom: 1rem; }
.operation, .schema { padding: 1.6rem 0; border-bottom: 1px solid var(--line); }
.call { background: var(--tint); padding: .5rem .75rem; border-radius: 6px; max-width: none; }
.call code { font-size: .9375rem; }
.token { color: var(--soft); font-size: .875rem; }
.method { font-weight: 650; }
.get { color: var(--get); } .post { color: var(--post); }
.put, .patch { color: var(--change); } .delete { color: var(--delete); }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .45rem .75rem .45rem 0; border-top: 1px solid var(--line); }
tr:first-child > * { border-top: 0; }
th { width: 12rem; font-weight: 500; }
td p { color: var(--soft); font-size: .9375rem; margin: .1rem 0; }
.status { font-weight: 650; } .s2 { color: var(--get); } .s3 { color: var(--post); }
.s4 { color: var(--change); } .s5 { color: var(--delete); }
th:has(.status) { width: 4rem; }
.type { color: var(--soft); overflow-wrap: anywhere; }
.mark { color: var(--soft); font-size: .8125rem; margin-left: .5rem; }
th .mark { display: block; margin: 0; }
.tree { list-style: none; margin: .3rem 0; padding: 0; }
.tree .tree, .tree .choices { border-left: 1px solid var(--line); padding-left: 1rem; margin-left: .15rem; }
.tree li { padding: .28rem 0; }
.tree li p { color: var(--soft); font-size: .9375rem; margin: 0; }
.name { font-weight: 600; }
.name + .type, .mark + .type { margin-left: .4rem; }
.choices { margin: .3rem 0; padding-left: 1.4rem; color: var(--soft); }
.choices > li::marker { font-size: .8125rem; }
.choices .tree { color: var(--ink); }
@media (max-width: 52rem) {
  body { display: block; }
  nav { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line); }
  main { padding: 1.5rem 1.25rem 4rem; }
  th { width: 8rem; }
}
@media print { nav { display: none; } body { display: block; } .operation, .schema { break-inside: avoid; } }
`
