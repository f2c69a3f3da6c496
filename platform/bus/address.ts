/** Where NATS is, as GENGFU_NATS_URL says it: one address or several of one cluster, with commas. Its client does not read names and passwords out of addresses. */

export type NatsAddress = {
  readonly servers: readonly string[]
  readonly user?: string
  readonly pass?: string
  readonly token?: string
  readonly tls?: Record<string, never>
  /** To be shown: without name and password. */
  readonly shown: string
}

const usualPort = '4222'

/**
 * `nats://HOST`, `nats://USER:PASSWORD@HOST:4222`, `nats://TOKEN@HOST`; `tls://…` insists on TLS. The first address's name and password are for all.
 *
 * @throws a fault with a sentence, without the address's name and password
 */
export function natsAddress(text: string): NatsAddress {
  const urls = text.split(',').map((part) => {
    const trimmed = part.trim()
    const url = URL.parse(/^[a-z]+:\/\//i.test(trimmed) ? trimmed : `nats://${trimmed}`)
    if (!url?.hostname || !/^(nats|tls):$/.test(url.protocol)) {
      const shown = trimmed.replace(/^(.*:\/\/)?.*@/, '$1')
      throw Object.assign(new Error(`GENGFU_NATS_URL: found "${shown}", expected nats://HOST:${usualPort} or tls://HOST:${usualPort}, several with commas.`), { code: 'nats-address' })
    }
    return url
  })
  const servers = urls.map(({ hostname, port }) => `${hostname}:${port || usualPort}`)
  const [name, password] = [urls[0]!.username, urls[0]!.password].map(decodeURIComponent) as [string, string]
  return {
    servers,
    shown: servers.join(', '),
    ...(password !== '' ? { user: name, pass: password } : name !== '' ? { token: name } : {}),
    ...(urls.some(({ protocol }) => protocol === 'tls:') ? { tls: {} } : {}),
  }
}
