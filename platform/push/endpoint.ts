/** Where push messages may be sent: the services of the browsers' makers, and no other place. */

/** Chrome and most of its kin; Firefox; Safari; Edge. A dot in front: this domain's hosts. */
const knownHosts = ['fcm.googleapis.com', 'updates.push.services.mozilla.com', '.push.apple.com', '.notify.windows.com'] as const

/**
 * Whether a browser's endpoint is of a known service. Everything else would have our server ask an address of somebody's choosing.
 *
 * @param more  hosts that the operator named: `push.example.org`, or `.example.org` for all below it
 */
export function isPushEndpoint(text: string, more: readonly string[] = []): boolean {
  const url = URL.parse(text)
  if (!url || url.protocol !== 'https:' || url.port !== '' || url.username !== '' || url.password !== '') return false
  return [...knownHosts, ...more].some((host) => (host.startsWith('.') ? url.hostname.endsWith(host) && url.hostname.length > host.length : url.hostname === host))
}

/** Hosts from the environment: separated by commas; what is no name of a host is left out. */
export const hostsOf = (text: string | undefined): string[] => (text ?? '').split(',').map((host) => host.trim().toLowerCase()).filter((host) => /^\.?[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(host))
