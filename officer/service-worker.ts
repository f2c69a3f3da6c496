/**
 * The pocket opens without a network: its page and everything the page is made of, kept by the phone as one version.
 *
 * A version is taken whole or not at all, and a new one waits until no page of the old one is open or a person asks
 * for it. What the server says (`/api/`) never passes through here and is never kept: who may see it can change.
 *
 * And it is who shows a notice while no page is open (`notices.ts`): that there is an order or a call, with a number. The rest is read in
 * the page, after it has asked the server who this is.
 */
import { noticeTexts, readNotice, type NoticeWords } from './notice-words.ts'

/** What the build knows and this file cannot: `ui/pocket-shell.ts` writes it in. */
declare const __SHELL__: { readonly version: string; readonly entry: string; readonly files: readonly string[] }

// the types of a worker and of a page do not stand together in one program: here is what is used of them
type Lasting = Event & { waitUntil(work: Promise<unknown>): void }
type Asked = Lasting & { readonly request: Request; respondWith(answer: Promise<Response>): void }
type Pushed = Lasting & { readonly data: { text(): string } | null }
type Tapped = Lasting & { readonly notification: Notification }
type Window = { readonly url: string; focus(): Promise<unknown> }
type Worker = {
  readonly location: Location
  readonly clients: { claim(): Promise<void>; matchAll(of: { type: 'window'; includeUncontrolled: true }): Promise<readonly Window[]>; openWindow(url: string): Promise<unknown> }
  readonly registration: ServiceWorkerRegistration
  skipWaiting(): Promise<void>
  addEventListener(type: 'install' | 'activate', listener: (event: Lasting) => void): void
  addEventListener(type: 'fetch', listener: (event: Asked) => void): void
  addEventListener(type: 'push', listener: (event: Pushed) => void): void
  addEventListener(type: 'notificationclick', listener: (event: Tapped) => void): void
  addEventListener(type: 'message', listener: (event: MessageEvent & Lasting) => void): void
}
const worker = globalThis as unknown as Worker // a service worker is what this file is started as

const prefix = 'pocket-'
const shell = __SHELL__
const kept = prefix + shell.version
const page = '/officer/'
const held = new Set(shell.files)
/** Words of notices in the page's language: they outlive the page, and its versions. */
const wordsCache = 'notice-words'
const wordsPath = '/officer/notice-words'

worker.addEventListener('install', (event) => event.waitUntil(take()))
worker.addEventListener('activate', (event) => event.waitUntil(leaveOthers().then(() => worker.clients.claim())))
worker.addEventListener('message', (event) => {
  if (event.data === 'take-over') void worker.skipWaiting()
  else if (event.data?.noticeWords) event.waitUntil(caches.open(wordsCache).then((cache) => cache.put(wordsPath, Response.json(event.data.noticeWords))))
})
worker.addEventListener('push', (event) => event.waitUntil(showNotice(event.data?.text())))
worker.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(openPocket())
})
worker.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== worker.location.origin) return
  if (request.mode === 'navigate' && /^\/officer(\/|$)/.test(url.pathname) && !/\.\w+$/.test(url.pathname)) event.respondWith(openPage(request))
  else if (held.has(url.pathname)) event.respondWith(keptFile(request, url.pathname))
})

/** Take this version. @throws Error when the server meanwhile serves another: then this one is not, and the next check takes that */
async function take(): Promise<void> {
  const cache = await caches.open(kept)
  const answer = await fetch(new Request(page, { cache: 'reload' }))
  if (!answer.ok || !(await answer.clone().text()).includes(shell.entry)) throw new Error(`the page at ${page} is not of version ${shell.version}`)
  await cache.put(page, answer)
  await cache.addAll(shell.files)
}

async function leaveOthers(): Promise<void> {
  const names = await caches.keys()
  await Promise.all(names.filter((name) => name.startsWith(prefix) && name !== kept).map((name) => caches.delete(name)))
}

/**
 * The kept page, with a nonce that was never used before in its words and in its policy alike: page and policy were
 * kept together and are given together, so they always agree.
 */
async function openPage(request: Request): Promise<Response> {
  const found = await (await caches.open(kept)).match(page)
  if (!found) return fetch(request) // the phone threw it away for want of room
  const headers = new Headers(found.headers)
  const policy = headers.get('content-security-policy') ?? ''
  const old = /'nonce-([^']+)'/.exec(policy)?.[1]
  let words = await found.text()
  if (old) {
    const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16)))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '')
    words = words.replaceAll(old, nonce)
    headers.set('content-security-policy', policy.replaceAll(old, nonce))
  }
  headers.delete('content-encoding')
  headers.delete('content-length')
  return new Response(words, { headers })
}

async function keptFile(request: Request, path: string): Promise<Response> {
  return (await (await caches.open(kept)).match(path, { ignoreVary: true })) ?? fetch(request)
}

/** Each kind has one notice: the newest. Browsers let nobody be told in silence, so it is shown also where a page is open. */
async function showNotice(text: string | undefined): Promise<void> {
  const notice = readNotice(text)
  const words = (await (await caches.match(wordsPath, { cacheName: wordsCache }))?.json()) as NoticeWords | undefined // as the page gave them
  const { title, body } = noticeTexts(notice, words)
  const options = { body, tag: notice.what, renotify: true, requireInteraction: true, icon: '/officer/icon-192.png', badge: '/officer/icon-192.png', vibrate: [400, 200, 400, 200, 400] }
  await worker.registration.showNotification(title, options)
}

/** The page that is open comes to the front, or it is opened. Always ours, whatever the message said. */
async function openPocket(): Promise<void> {
  const open = (await worker.clients.matchAll({ type: 'window', includeUncontrolled: true })).find(({ url }) => new URL(url).pathname.startsWith(page))
  await (open ? open.focus() : worker.clients.openWindow(page))
}
