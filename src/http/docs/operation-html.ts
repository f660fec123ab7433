/** One operation of the API, as a section of the page. */
import { STATUS_CODES } from 'node:http'
import { type Html, html, prose } from './html.ts'
import { nameReferredTo } from './json-schema.ts'
import type { Answer, Content, Operation, Parameter } from './read-description.ts'
import { propertiesHtml, typeHtml } from './schema-html.ts'

export function operationHtml(operation: Operation): Html {
  const { id, method, path, summary, about, token, parameters, body, answers } = operation
  return html`
<section class="operation" id="${id}">
<h3><a href="#${id}">${summary}</a></h3>
<p class="call"><span class="method ${method.toLowerCase()}">${method}</span> <code>${breakable(path)}</code></p>
${about === '' ? undefined : html`<p>${prose(about)}</p>`}
<p class="token">${token === undefined ? 'Needs no token.' : html`Bearer token: <code>${token}</code>`}</p>
${parameters.length === 0 ? undefined : parametersHtml(parameters)}
${body === undefined ? undefined : bodyHtml(body)}
<h4>Answers</h4>
<table><tbody>${answers.map(answerHtml)}</tbody></table>
</section>`
}

const parametersHtml = (parameters: readonly Parameter[]): Html => html`
<h4>Parameters</h4>
<table><tbody>${parameters.map(
  ({ name, in: place, required, about, schema }) => html`
<tr><th><code>${name}</code><span class="mark">${place}${required ? '' : ', optional'}</span></th>
<td><span class="type">${typeHtml(schema)}</span>${
    schema.default === undefined
      ? undefined
      : html`<span class="mark">default ${JSON.stringify(schema.default)}</span>`
  }${about === '' ? undefined : html`<p>${prose(about)}</p>`}</td></tr>`,
)}</tbody></table>`

const bodyHtml = ({ mediaType, schema }: Content): Html => html`
<h4>Body</h4>
<p><span class="type">${typeHtml(schema)}</span> as <code>${mediaType}</code></p>
${nameReferredTo(schema) === undefined ? propertiesHtml(schema) : undefined}`

const answerHtml = ({ status, about, content }: Answer): Html => html`
<tr><th><code class="status s${status.slice(0, 1)}">${status}</code></th>
<td>${prose(about === 'Default Response' ? (STATUS_CODES[status] ?? '') : about)} ${
  content === undefined ? undefined : html`<span class="type">${typeHtml(content.schema)}</span>`
}${
  content === undefined || nameReferredTo(content.schema) !== undefined
    ? undefined
    : propertiesHtml(content.schema)
}</td></tr>`

/** A long path may go on in the next line after a slash. */
const breakable = (path: string): readonly Html[] => path.split(/(?<=\/)/).map(part => html`${part}<wbr>`)
