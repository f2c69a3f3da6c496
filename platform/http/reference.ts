/** The API reference page: three small files that draw `/api/openapi.json` under the strict policy, with no network. */
import { readFileSync } from 'node:fs'

const textOf = (name: string) => readFileSync(new URL(`./reference/${name}`, import.meta.url), 'utf8')

export const referencePage = textOf('index.html')
export const referenceScript = textOf('reference.js')
export const referenceStyle = textOf('reference.css')
