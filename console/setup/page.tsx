/** The first run: the printed token, the name of the place, and its first administrator. What follows is in Administration. */
import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { Static } from 'typebox'
import type { SignedIn } from '#modules/organisation/contract.ts'
import { api, becauseOf, Problem } from '#ui/client.ts'
import '#ui/locales/setup.ts'
import { Button, Field, Icon } from '#ui/primitives.ts'
import { useSession } from '#ui/session.tsx'
import { Brand } from '#ui/sign-in/brand.tsx'
import { LanguageAndTheme } from '#ui/sign-in/language-and-theme.tsx'
import { NewPassword, whyNot } from '#ui/sign-in/new-password.tsx'
import '#ui/sign-in/sign-in.css'
import '../sign-in/page.css'
import './page.css'

const steps = ['token', 'agency', 'administrator'] as const
type Step = (typeof steps)[number]

/** Which step a refusal sends one back to. */
const stepOf = (code: string): Step | undefined =>
  code === 'setup-token-wrong' ? 'token' : code.startsWith('password-') ? 'administrator' : undefined

export default function SetupPage({ onDone }: { readonly onDone?: () => void }) {
  const { t } = useTranslation('setup')
  const { adopt } = useSession()
  const [step, setStep] = useState<Step>('token')
  const [token, setToken] = useState(() => new URLSearchParams(location.hash.slice(1)).get('token') ?? '')
  const [agencyName, setAgencyName] = useState('')
  const [agencyNameEn, setAgencyNameEn] = useState('')
  const [displayName, setDisplayName] = useState('')
  const [name, setName] = useState('admin')
  const [password, setPassword] = useState('')
  const [repeated, setRepeated] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()

  const weak = whyNot(name, password, repeated)
  const missing: Readonly<Record<Step, string | undefined>> = {
    token: token.trim() ? undefined : t('token.missing'),
    agency: agencyName.trim() ? undefined : t('agency.missing'),
    administrator: displayName.trim() === '' ? t('administrator.nameMissing') : name.trim().length < 2 ? t('administrator.accountMissing') : weak && t(`common:${weak}`),
  }
  const at = steps.indexOf(step)

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (busy || missing[step]) return
    const next = steps[at + 1]
    if (next) {
      setProblem(undefined)
      return setStep(next)
    }
    setBusy(true)
    setProblem(undefined)
    try {
      const signedIn = await api.post<Static<typeof SignedIn>>(
        '/api/setup',
        {
          setupToken: token.trim(),
          agencyName: agencyName.trim(),
          ...(agencyNameEn.trim() ? { agencyNameEn: agencyNameEn.trim() } : {}),
          administratorName: name.trim(),
          displayName: displayName.trim(),
          password,
        },
        { sessionless: true },
      )
      history.replaceState(null, '', '/administration/start')
      window.dispatchEvent(new PopStateEvent('popstate')) // the router hears of the new address
      adopt(signedIn)
      onDone?.()
    } catch (thrown) {
      const refused = thrown instanceof Problem ? thrown : new Problem(0, 'offline', becauseOf(thrown))
      setProblem(refused)
      setBusy(false)
      if (refused.code === 'setup-done') onDone?.() // somebody was quicker: sign in instead
      const back = stepOf(refused.code)
      if (back) setStep(back)
    }
  }

  return (
    <div className="sign-in">
      <header className="sign-in-bar">
        <span className="sign-in-name" aria-hidden="true">
          {t('common:product')}
        </span>
        <LanguageAndTheme />
      </header>
      <main className="sign-in-main">
        <div className="sign-in-box setup-box">
          <Brand size={52} />
          <h1>{t('title')}</h1>
          <p className="sign-in-text">{t('text')}</p>
          <ol className="setup-steps" aria-label={t('steps')}>
            {steps.map((each, index) => (
              <li key={each} className={index < at ? 'is-done' : index === at ? 'is-now' : ''} aria-current={index === at ? 'step' : undefined}>
                {t(`${each}.step`)}
              </li>
            ))}
          </ol>
          <form className="sign-in-form" onSubmit={submit} noValidate>
            {problem && stepOf(problem.code) === undefined ? (
              <p className="notice notice-problem" role="alert">
                <Icon name="alert" />
                {problem.because}
              </p>
            ) : null}
            {step === 'token' ? (
              <Field
                key="token"
                label={t('token.label')}
                hint={t('token.hint')}
                error={problem?.code === 'setup-token-wrong' ? problem.because : undefined}
                autoFocus
                autoComplete="off"
                spellCheck={false}
                value={token}
                onChange={(event) => setToken(event.target.value)}
              />
            ) : null}
            {step === 'agency' ? (
              <>
                <Field key="agency" label={t('agency.label')} hint={t('agency.hint')} autoFocus maxLength={80} value={agencyName} onChange={(event) => setAgencyName(event.target.value)} />
                <Field label={t('agency.labelEn')} maxLength={80} value={agencyNameEn} onChange={(event) => setAgencyNameEn(event.target.value)} />
              </>
            ) : null}
            {step === 'administrator' ? (
              <>
                <Field key="administrator" label={t('administrator.name')} autoFocus autoComplete="name" maxLength={80} value={displayName} onChange={(event) => setDisplayName(event.target.value)} />
                <Field
                  label={t('administrator.account')}
                  hint={t('administrator.accountHint')}
                  autoComplete="username"
                  autoCapitalize="none"
                  spellCheck={false}
                  maxLength={64}
                  value={name}
                  onChange={(event) => setName(event.target.value)}
                />
                <NewPassword
                  name={name}
                  password={password}
                  repeated={repeated}
                  onPassword={setPassword}
                  onRepeated={setRepeated}
                  error={problem && stepOf(problem.code) === 'administrator' ? problem.because : undefined}
                />
              </>
            ) : null}
            <div className="setup-actions">
              {at > 0 ? (
                <Button size="large" onClick={() => setStep(steps[at - 1]!)}>
                  {t('common:back')}
                </Button>
              ) : null}
              <Button type="submit" kind="primary" size="large" busy={busy} disabledBecause={missing[step]}>
                {step === 'administrator' ? t('finish') : t('common:next')}
              </Button>
            </div>
          </form>
        </div>
      </main>
      <footer className="sign-in-foot">{t('after')}</footer>
    </div>
  )
}
