// Draws openapi.json. No inline style, no eval, nothing from elsewhere: it lives under the server's own policy.

/** An element with attributes and children; text goes in as text. */
function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children)
  return made
}

/** A sentence in which `this` is code. */
const prose = (text) => text.split('`').map((part, at) => (at % 2 === 1 ? el('code', {}, part) : part))

/** A schema in a few words: `"car" | "foot"`, `integer 1…4`, `string[]`. */
function words(schema) {
  if (!schema) return 'anything'
  if ('const' in schema) return JSON.stringify(schema.const)
  if (schema.$ref) return schema.$ref.split('/').at(-1)
  const union = schema.anyOf ?? schema.oneOf
  if (union) return union.map(words).join(' | ')
  if (schema.type === 'array') return `${words(schema.items)}[]`
  const limits = []
  if (schema.minimum !== undefined || schema.maximum !== undefined) limits.push(`${schema.minimum ?? ''}…${schema.maximum ?? ''}`)
  if (schema.minLength !== undefined || schema.maxLength !== undefined) limits.push(`${schema.minLength ?? 0}–${schema.maxLength ?? ''} characters`)
  if (schema.pattern) limits.push(`/${schema.pattern}/`)
  return [schema.type ?? 'anything', ...limits].join(' ')
}

/** The fields of an object schema, and of what is inside arrays and unions, as nested lists. */
function fields(schema, depth = 0) {
  if (!schema || depth > 6) return undefined
  if (schema.type === 'array') return fields(schema.items, depth + 1)
  const union = schema.anyOf ?? schema.oneOf
  if (union) return union.map((one) => fields(one, depth + 1)).find(Boolean)
  if (!schema.properties) return undefined
  const list = el('ul', { class: 'fields' })
  for (const [name, property] of Object.entries(schema.properties)) {
    const line = el('li', {}, el('code', {}, name), ' ', el('span', { class: 'type' }, words(property)))
    if (schema.required?.includes(name)) line.append(' ', el('span', { class: 'must', title: 'required' }, '*'))
    if (property.description) line.append(' — ', ...prose(property.description))
    const inner = fields(property, depth + 1)
    if (inner) line.append(inner)
    list.append(line)
  }
  return list
}

function part(title, schema, open) {
  const box = el('details', open ? { open: '' } : {}, el('summary', {}, title, ' ', el('span', { class: 'type' }, words(schema))))
  const inner = fields(schema)
  if (inner) box.append(inner)
  return box
}

function article(path, method, operation) {
  const made = el('article', { id: operation.operationId })
  made.append(el('h3', {}, el('span', { class: `method method-${method}` }, method.toUpperCase()), ` ${path}`))
  made.append(el('p', {}, operation.summary ?? ''))
  made.append(el('p', { class: 'who' }, operation.security.length === 0 ? 'Open to anyone.' : (operation.description ?? 'For anyone signed in.')))
  for (const where of ['path', 'query']) {
    const parameters = (operation.parameters ?? []).filter((one) => one.in === where)
    if (parameters.length === 0) continue
    const properties = Object.fromEntries(parameters.map((one) => [one.name, { ...one.schema, description: one.description }]))
    made.append(part(where, { type: 'object', properties, required: parameters.filter((one) => one.required).map((one) => one.name) }, true))
  }
  for (const [media, { schema }] of Object.entries(operation.requestBody?.content ?? {})) made.append(part(`body, ${media}`, schema, true))
  for (const [status, reply] of Object.entries(operation.responses)) {
    if (status === 'default') continue
    const schema = Object.values(reply.content ?? {})[0]?.schema
    made.append(schema ? part(`${status} ${reply.description}`, schema, false) : el('p', {}, `${status} ${reply.description}`))
  }
  return made
}

const contents = document.getElementById('contents')
const operations = document.getElementById('operations')
try {
  const api = await (await fetch('/api/openapi.json')).json()
  document.getElementById('about').replaceChildren(...prose(api.info.description))
  const all = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation, tag: operation.tags[0], text: `${method} ${path} ${operation.summary}`.toLowerCase() })),
  )
  const draw = (wanted) => {
    contents.replaceChildren()
    operations.replaceChildren()
    for (const { name } of api.tags) {
      const shown = all.filter((one) => one.tag === name && wanted.every((word) => one.text.includes(word)))
      if (shown.length === 0) continue
      contents.append(el('h2', {}, name))
      for (const { path, method, operation } of shown) {
        contents.append(el('a', { href: `#${operation.operationId}` }, el('span', { class: `method method-${method}` }, method.toUpperCase()), ` ${path}`))
        operations.append(article(path, method, operation))
      }
    }
    if (!operations.firstChild) operations.append(el('p', {}, 'Nothing has these words. Clear the search to see everything.'))
  }
  draw([])
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView()
  document.getElementById('find').addEventListener('input', (event) => draw(event.target.value.toLowerCase().split(/\s+/).filter(Boolean)))
} catch (error) {
  operations.replaceChildren(el('p', {}, `The description could not be read: ${error.message}. Reload to try again.`))
}
