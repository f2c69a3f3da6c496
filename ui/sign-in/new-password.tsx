/** A new password, typed twice, with what it still lacks. */
import { useTranslation } from 'react-i18next'
import { PasswordField } from '../primitives/field.tsx'
import { Icon } from '../primitives/icon.tsx'
import { VisuallyHidden } from '../primitives/visually-hidden.tsx'
import { passwordChecks } from './password-checks.ts'

export type NewPasswordProps = {
  readonly name: string
  readonly password: string
  readonly repeated: string
  readonly onPassword: (password: string) => void
  readonly onRepeated: (repeated: string) => void
  readonly error?: string | undefined
}

export function NewPassword({ name, password, repeated, onPassword, onRepeated, error }: NewPasswordProps) {
  const { t } = useTranslation('common')
  const differs = repeated !== '' && !password.startsWith(repeated) && repeated !== password
  return (
    <>
      <PasswordField label={t('signIn.newPassword')} autoComplete="new-password" required value={password} error={error} onChange={(event) => onPassword(event.target.value)} />
      <ul className="password-checks" aria-label={t('signIn.rules')}>
        {passwordChecks(password, name).map((check) => (
          <li key={check.rule} className={check.met ? 'is-met' : ''}>
            <Icon name={check.met ? 'check' : 'chevron-right'} size={12} />
            {t(`signIn.rule.${check.rule}`)}
            <VisuallyHidden>{check.met ? t('signIn.met') : t('signIn.unmet')}</VisuallyHidden>
          </li>
        ))}
      </ul>
      <PasswordField
        label={t('signIn.repeatPassword')}
        autoComplete="new-password"
        required
        value={repeated}
        error={differs ? t('signIn.differs') : undefined}
        onChange={(event) => onRepeated(event.target.value)}
      />
    </>
  )
}

/** Why the new password cannot be saved yet; undefined when it can. The sentence is a key of `common`. */
export function whyNot(name: string, password: string, repeated: string): 'signIn.tooWeak' | 'signIn.repeatIt' | undefined {
  if (passwordChecks(password, name).some((check) => !check.met)) return 'signIn.tooWeak'
  return password === repeated ? undefined : 'signIn.repeatIt'
}
