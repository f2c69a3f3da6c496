/**
 * Being told of orders and calls while the page is closed: the phone's system shows a notice, through the push service of the browser's
 * maker. Asked for by a tap, never at the start; over with the shift and with signing out.
 */
import { useCallback, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PushView } from '#modules/messages/contract.ts'
import { api } from '#ui/client.ts'
import { inTime } from '#ui/in-time.ts'
import type { NoticeWords } from './notice-words.ts' // the type alone: the worker must stay one file

export type Notices = {
  readonly state:
    | 'absent' // the agency has not switched them on, or nobody has said so yet
    | 'unsupported' // this browser has no push, or the address is no HTTPS
    | 'denied' // the person or the phone forbids notices
    | 'off'
    | 'on'
    | 'unreachable' // the browser could not reach its push service
  readonly busy: boolean
  readonly switchTo: (on: boolean) => void
}

const answerMs = 20_000
/** That this person wants it on this phone: asked once, not with every shift. */
const wishOf = (account: string) => `gengfu.notices.${account}`

const isAble = () => window.isSecureContext && 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window

/** @param unit  the unit in which this officer is on duty; undefined: none */
export function useNotices(account: string, unit: string | undefined): Notices {
  const { t, i18n } = useTranslation('officer')
  const [state, setState] = useState<Notices['state']>('absent')
  const [busy, setBusy] = useState(false)

  const subscribe = useCallback(async (publicKey: string): Promise<void> => {
    try {
      const registration = await navigator.serviceWorker.ready
      const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey })
      const { endpoint, keys } = subscription.toJSON()
      await inTime(answerMs, (signal) => api.post('/api/messages/push/subscriptions', { endpoint, keys }, { signal }))
      setState('on')
    } catch {
      setState('unreachable')
    }
  }, [])

  // with every shift anew: the server forgot this phone at the end of the one before
  useEffect(() => {
    if (unit === undefined) return setState('absent')
    let gone = false
    void inTime(answerMs, (signal) => api.get<PushView>('/api/messages/push', { signal })).then(
      async ({ isOn, publicKey }) => {
        if (gone) return
        if (!isOn) return setState('absent')
        if (!isAble()) return setState('unsupported')
        if (Notification.permission === 'denied') return setState('denied')
        if (Notification.permission === 'granted' && localStorage.getItem(wishOf(account)) === 'yes') return subscribe(publicKey)
        setState('off')
      },
      () => {}, // without a network nothing can be subscribed to
    )
    return () => void (gone = true)
  }, [account, unit, subscribe])

  // the service worker knows no catalogue: it keeps the words that the page gives it
  useEffect(() => {
    if (!isAble() || state !== 'on') return
    const words: NoticeWords = { order: t('notices.order'), call: t('notices.call'), number: t('notices.number', { number: '{number}' }), open: t('notices.open') }
    void navigator.serviceWorker.ready.then(({ active }) => active?.postMessage({ noticeWords: words }))
  }, [state, t, i18n.language])

  const switchTo = useCallback(
    async (on: boolean): Promise<void> => {
      setBusy(true)
      try {
        if (on) {
          if ((await Notification.requestPermission()) !== 'granted') return setState('denied')
          localStorage.setItem(wishOf(account), 'yes')
          await subscribe((await api.get<PushView>('/api/messages/push')).publicKey)
        } else {
          localStorage.removeItem(wishOf(account))
          await endNotices()
          setState('off')
        }
      } catch {
        setState('unreachable')
      } finally {
        setBusy(false)
      }
    },
    [account, subscribe],
  )
  return { state, busy, switchTo: (on) => void switchTo(on) }
}

/** This browser lets itself be told no more, and says so to the server while it is still let in. */
export async function endNotices(): Promise<void> {
  if (!isAble()) return
  const subscription = await (await navigator.serviceWorker.getRegistration('/officer/'))?.pushManager.getSubscription()
  if (!subscription) return
  const { endpoint } = subscription
  await Promise.allSettled([subscription.unsubscribe(), inTime(answerMs, (signal) => api.post('/api/messages/push/subscriptions/remove', { endpoint }, { signal }))])
}
