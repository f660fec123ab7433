/** The description of our API as one page: no script, nothing from elsewhere, light or dark as the reader has it. */
import { type Html, html, prose } from './html.ts'
import { operationHtml } from './operation-html.ts'
import type { Description, OperationGroup } from './read-description.ts'
import { propertiesHtml, typeHtml } from './schema-html.ts'
import { style } from './style.ts'

export const docsPage = ({ title, about, groups, schemas }: Description): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}: API</title>
<style>${{ html: style }}</style>
</head>
<body>
<nav aria-label="Contents">
<p class="brand"><a href="#top">${title}</a></p>
${groups.map(contents)}
<p class="group">Schemas</p>
<ul>${schemas.map(([name]) => html`<li><a href="#schema-${name}">${name}</a></li>`)}</ul>
</nav>
<main id="top">
<header>
<h1>${title}</h1>
<p class="lead">${prose(about)}</p>
<p>For programs: <a href="openapi.json">openapi.json</a>. A token goes into the header
<code>Authorization: Bearer …</code>; every answer carries <code>x-request-id</code>, which finds its log lines.</p>
</header>
${groups.map(
  group => html`
<h2 id="${anchor(group)}">${capital(group.name)}</h2>
<p class="lead">${prose(group.about)}.</p>
${group.operations.map(operationHtml)}`,
)}
<h2>Schemas</h2>
${schemas.map(
  ([name, schema]) => html`
<section class="schema" id="schema-${name}">
<h3><a href="#schema-${name}">${name}</a></h3>
${schema.description === undefined ? undefined : html`<p>${prose(schema.description)}</p>`}
${propertiesHtml(schema) ?? html`<p class="type">${typeHtml(schema)}</p>`}
</section>`,
)}
</main>
</body>
</html>
`.html

const contents = (group: OperationGroup): Html => html`
<p class="group"><a href="#${anchor(group)}">${capital(group.name)}</a></p>
<ul>${group.operations.map(
  ({ id, method, summary }) =>
    html`<li><a href="#${id}"><span class="method ${method.toLowerCase()}">${method}</span>${summary}</a></li>`,
)}</ul>`

const anchor = ({ name }: OperationGroup): string => `group-${name.replaceAll(' ', '-')}`

const capital = (name: string): string =>
  name.startsWith('scim') ? name.replace('scim', 'SCIM') : name.charAt(0).toUpperCase() + name.slice(1)
