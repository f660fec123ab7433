/** A JSON schema for people: its type in a few words, and its properties as a tree. */
import { type Html, html, prose } from './html.ts'
import { choicesOf, type JsonSchema, nameReferredTo } from './json-schema.ts'

/** For example `list of Run`, or `"plan" | "apply"`; names lead to their schema on the page. */
export function typeHtml(schema: JsonSchema): Html {
  const name = nameReferredTo(schema)
  if (name !== undefined) return html`<a href="#schema-${name}">${name}</a>`
  if (schema.const !== undefined) return html`${JSON.stringify(schema.const)}`
  if (schema.enum !== undefined) return html`${schema.enum.map(value => JSON.stringify(value)).join(' | ')}`
  const choices = choicesOf(schema)
  if (choices.length > 1) return joined(choices.map(typeHtml))
  if (schema.items !== undefined) return html`list of ${typeHtml(schema.items)}`
  if (typeof schema.additionalProperties === 'object')
    return html`map of ${typeHtml(schema.additionalProperties)}`
  const type = schema.type === undefined ? 'any' : [schema.type].flat().join(' | ')
  return html`${[type, schema.format, rangeOf(schema)].filter(word => word !== undefined).join(', ')}`
}

/** Zod bounds every integer by what a number can hold, which tells nobody anything. */
function rangeOf({ minimum, maximum }: JsonSchema): string | undefined {
  const least = minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? undefined : minimum
  const most = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : maximum
  if (least !== undefined && most !== undefined) return `${least} to ${most}`
  if (least !== undefined) return `from ${least}`
  return most === undefined ? undefined : `to ${most}`
}

/** Undefined for what has no properties. */
export function propertiesHtml(schema: JsonSchema): Html | undefined {
  const choices = choicesOf(schema).filter(choice => choice.properties !== undefined)
  if (choices.length > 1)
    return html`<ol class="choices">${choices.map(choice => html`<li>${tree(choice)}</li>`)}</ol>`
  const [only] = choices
  return only === undefined ? undefined : tree(only)
}

function tree({ properties = {}, required = [] }: JsonSchema): Html {
  const rows = Object.entries(properties).map(
    ([name, schema]) =>
      html`<li><span class="name">${name}</span>${
        required.includes(name) ? undefined : html`<span class="mark">optional</span>`
      } <span class="type">${typeHtml(schema)}</span>${markOf(schema)}${
        schema.description === undefined ? undefined : html`<p>${prose(schema.description)}</p>`
      }${inside(schema)}</li>`,
  )
  return html`<ul class="tree">${rows}</ul>`
}

/** What is in a property, when it is not told under a name of its own. */
function inside(schema: JsonSchema): Html | undefined {
  const { additionalProperties, items = schema } = schema
  if (nameReferredTo(items) !== undefined) return undefined
  return propertiesHtml(typeof additionalProperties === 'object' ? additionalProperties : items)
}

const markOf = (schema: JsonSchema): Html | undefined => {
  if (schema.readOnly === true) return html`<span class="mark">read only</span>`
  return schema.default === undefined
    ? undefined
    : html`<span class="mark">default ${JSON.stringify(schema.default)}</span>`
}

const joined = (parts: readonly Html[]): Html => ({ html: parts.map(part => part.html).join(' | ') })
