/** Calling a running server as a program would: JSON in and out, the status never thrown. */

export type Answer = { readonly status: number; readonly headers: Headers; readonly body: any } // what came is what the test looks at
export type Call = (
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
  more?: { readonly headers?: Record<string, string>; readonly raw?: BodyInit; readonly signal?: AbortSignal },
) => Promise<Answer>

/** @param as.token  bearer token; a stranger when absent @param as.language  of the sentences; en when absent */
export function callerOf(url: string, as: { readonly token?: string; readonly language?: 'zh' | 'en' } = {}): Call {
  return async (method, path, body, more = {}) => {
    const reply = await fetch(`${url}${path}`, {
      method,
      headers: {
        'x-gengfu-language': as.language ?? 'en',
        ...(as.token === undefined ? {} : { authorization: `Bearer ${as.token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...more.headers,
      },
      ...(more.raw !== undefined ? { body: more.raw } : body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(more.signal ? { signal: more.signal } : {}),
    })
    const text = await reply.text()
    const isJson = reply.headers.get('content-type')?.includes('json')
    return { status: reply.status, headers: reply.headers, body: isJson ? JSON.parse(text) : text }
  }
}

/** @throws Error with what was answered, when the name and password are not taken */
export async function signedIn(url: string, account: { readonly name: string; readonly password: string }, language: 'zh' | 'en' = 'en') {
  const { status, body } = await callerOf(url)('POST', '/api/session', { name: account.name, password: account.password })
  if (status !== 200) throw new Error(`${account.name} cannot sign in: ${status} ${JSON.stringify(body)}`)
  const token = body.token as string
  return { token, call: callerOf(url, { token, language }) }
}

let made = 0
/** A new id for a command. */
export const commandId = () => `test-${process.pid}-${Date.now()}-${++made}`
