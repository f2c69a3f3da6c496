/** The secret that came with a request. */
import type { IncomingHttpHeaders } from 'node:http'
import { cookieName } from '../auth/session.ts'

export type Secret = { readonly token: string; readonly via: 'bearer' | 'cookie' }

/** The secret that came with a request. A bearer token wins: its sender meant it. */
export function secretOf(request: { readonly headers: IncomingHttpHeaders }): Secret | undefined {
  const bearer = /^bearer +([\w-]{20,200})$/i.exec(request.headers.authorization ?? '')?.[1]
  if (bearer) return { token: bearer, via: 'bearer' }
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = part.trim().split('=')
    if (name === cookieName && value && /^[\w-]{20,200}$/.test(value)) return { token: value, via: 'cookie' }
  }
  return undefined
}
