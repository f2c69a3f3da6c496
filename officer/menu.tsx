/** What waits, language, day and night, whether the page opens without a network, sign out. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { languages, useLanguage } from '#ui/i18n.ts'
import { Button, Dialog, useToasts } from '#ui/primitives.ts'
import { useSession, type Session } from '#ui/session.tsx'
import { useTheme } from '#ui/theme.ts'
import { takeNewer, useOfflineReady } from './offline-ready.ts'
import { endNotices, type Notices } from './notices.ts'
import { PanicRow } from './panic-button.tsx'
import { forgetAccount } from './phone-database.ts'
import type { Duty } from './use-duty.ts'

const choices = ['system', 'light', 'dark'] as const

export type MenuProps = { readonly session: Session; readonly duty: Duty; readonly notices: Notices; readonly onLine: () => void; readonly onBackground: () => void; readonly onClose: () => void }

export function Menu({ session, duty, notices, onLine, onBackground, onClose }: MenuProps) {
  const { t } = useTranslation('officer')
  const { language, setLanguage } = useLanguage()
  const { choice, setTheme } = useTheme()
  const { signOut } = useSession()
  const toasts = useToasts()
  const ready = useOfflineReady()
  const [busy, setBusy] = useState(false)
  const [asking, setAsking] = useState(false)
  const count = duty.waiting.length + duty.refused.length

  const leave = async (alsoWaiting: boolean) => {
    setBusy(true)
    try {
      await endNotices().catch(() => {}) // the server forgets this phone with the session in any case
      await signOut()
      await forgetAccount(session.account, alsoWaiting).catch(() => {}) // a phone that keeps nothing has nothing to forget
    } catch (thrown) {
      if (navigator.onLine) toasts.problem(thrown)
      else toasts.show({ kind: 'problem', text: t('menu.leaveOffline') })
      setBusy(false)
    }
  }

  if (asking) {
    return (
      <Dialog open title={t('menu.leaveTitle', { count })} onClose={() => setAsking(false)}>
        <PanicRow />
        <p>{t('menu.leaveText')}</p>
        <Button kind="primary" size="large" onClick={() => setAsking(false)}>
          {t('menu.stay')}
        </Button>
        <Button size="large" busy={busy} onClick={() => void leave(false)}>
          {t('menu.leaveKeep')}
        </Button>
        <Button kind="danger" size="large" busy={busy} onClick={() => void leave(true)}>
          {t('menu.leaveDelete')}
        </Button>
      </Dialog>
    )
  }
  return (
    <Dialog open title={session.displayName} onClose={onClose}>
      <PanicRow />
      <Button size="large" icon="send" onClick={onLine}>
        {count > 0 ? `${t('line.open')} · ${count}` : t('line.open')}
      </Button>
      {duty.known.state === 'on-duty' ? (
        <Button size="large" icon="pin" onClick={onBackground}>
          {t('background.title')}
        </Button>
      ) : null}
      <NoticesPart notices={notices} />
      <fieldset className="choice">
        <legend>{t('menu.language')}</legend>
        {languages.map((each) => (
          <button key={each} type="button" lang={each} aria-pressed={each === language} onClick={() => setLanguage(each)}>
            {t(`common:language.${each}`)}
          </button>
        ))}
      </fieldset>
      <fieldset className="choice">
        <legend>{t('menu.theme')}</legend>
        {choices.map((each) => (
          <button key={each} type="button" aria-pressed={each === choice} onClick={() => setTheme(each)}>
            {t(`menu.${each}`)}
          </button>
        ))}
      </fieldset>
      <section className="menu-part">
        <h3>{t('menu.offline')}</h3>
        <p>{t(`menu.ready.${ready.state}`)}</p>
        {ready.durable === false ? <p>{t('menu.fragile')}</p> : null}
        <p>{t('menu.closed')}</p>
        {ready.newer ? (
          <Button kind="primary" onClick={takeNewer}>
            {t('menu.newer')} · {t('menu.takeNewer')}
          </Button>
        ) : null}
      </section>
      <Button size="large" icon="sign-out" busy={busy} onClick={() => (count > 0 ? setAsking(true) : void leave(true))}>
        {t('common:signOut')}
      </Button>
      <p className="soft">{t('menu.signOutHint')}</p>
    </Dialog>
  )
}

/** Only where the agency lets phones be told. It says through whom before anything is asked. */
function NoticesPart({ notices: { state, busy, switchTo } }: Pick<MenuProps, 'notices'>) {
  const { t } = useTranslation('officer')
  if (state === 'absent') return null
  return (
    <section className="menu-part" aria-labelledby="notices">
      <h3 id="notices">{t('notices.title')}</h3>
      <p role="status">{t(`notices.state.${state}`)}</p>
      {state === 'off' || state === 'unreachable' ? (
        <>
          <p>{t('notices.through')}</p>
          <Button size="large" icon="sound" busy={busy} onClick={() => switchTo(true)}>
            {t(state === 'off' ? 'notices.switchOn' : 'notices.tryAgain')}
          </Button>
        </>
      ) : null}
      {state === 'on' ? (
        <Button busy={busy} onClick={() => switchTo(false)}>
          {t('notices.switchOff')}
        </Button>
      ) : null}
    </section>
  )
}
