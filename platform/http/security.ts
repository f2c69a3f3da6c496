/** Headers that tell the browser what this server's pages may do: nothing that was not meant. */

/** For the two apps: own scripts and files only, styles by nonce, no frames, nothing from elsewhere. */
export const pagePolicy = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "media-src 'self' blob:", // a voice note is heard before it is sent
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')

/** For the pocket's service worker: it asks this server for the files it keeps and for the sign on its notices, and does nothing else. */
export const workerPolicy = "default-src 'none'; connect-src 'self'; img-src 'self'; frame-ancestors 'none'"

/** For answers that are not pages. */
export const dataPolicy = "default-src 'none'; frame-ancestors 'none'"

export const usualHeaders = (tls: boolean): Readonly<Record<string, string>> => ({
  'content-security-policy': dataPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'geolocation=(self), screen-wake-lock=(self), camera=(), microphone=(self), payment=(), usb=()',
  ...(tls ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : {}),
})

/**
 * Whether a page of another site asked. Browsers say where a request comes from; programs say nothing.
 *
 * @param headers of the request, names in lower case
 */
export function isFromElsewhere(headers: Readonly<Record<string, string | string[] | undefined>>): boolean {
  const site = headers['sec-fetch-site']
  if (typeof site === 'string' && site !== 'same-origin' && site !== 'none') return true
  const origin = headers['origin']
  if (typeof origin !== 'string') return false
  const parsed = URL.parse(origin)
  return parsed?.host !== headers['host']
}

/** `x-gengfu-language` says it; else what the browser likes best of the two; else English. */
export function languageOf(headers: Readonly<Record<string, string | string[] | undefined>>): 'zh' | 'en' {
  const said = headers['x-gengfu-language']
  if (typeof said === 'string' && said) return said.toLowerCase().startsWith('zh') ? 'zh' : 'en'
  const liked = String(headers['accept-language'] ?? '')
    .split(',')
    .map((part, order) => {
      const [tag = '', ...rest] = part.trim().toLowerCase().split(';')
      const weight = Number(rest.find((one) => one.trim().startsWith('q='))?.split('=')[1] ?? 1)
      return { language: tag.startsWith('zh') ? 'zh' : tag.startsWith('en') ? 'en' : undefined, weight: Number.isNaN(weight) ? 0 : weight, order }
    })
    .filter((one) => one.language !== undefined && one.weight > 0)
    .sort((one, other) => other.weight - one.weight || one.order - other.order)
  return (liked[0]?.language ?? 'en') as 'zh' | 'en'
}
