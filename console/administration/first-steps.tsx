/** From an empty machine to the first dispatch: what is there, what is missing, in the order that works. */
import { useTranslation } from 'react-i18next'
import { Button, Icon } from '#ui/primitives.ts'
import { useFormat } from '#ui/use-format.ts'
import { changeView } from '../router.ts'
import { Frame, WhenThere } from './frame.tsx'
import { useList } from './lists.tsx'
import { stepsDone } from './steps-done.ts'

export function FirstSteps() {
  const { t } = useTranslation('administration')
  const format = useFormat()
  const town = useList('town')
  const { items: agencies } = useList('agencies')
  const { items: members } = useList('members')
  const { items: units } = useList('units')
  const { items: accounts } = useList('accounts')

  return (
    <Frame title={t('section.start')} text={t('start.text')}>
      <WhenThere list={town}>
        {(present) => {
          const steps = stepsDone({ town: present, agencies, members, units, accounts })
          const next = steps.find((step) => !step.done)
          return (
            <>
              <ol className="first-steps">
                {steps.map((step, index) => (
                  <li key={step.id} className={step.done ? 'is-done' : step === next ? 'is-next' : ''}>
                    <span className="first-steps-mark" aria-hidden="true">
                      {step.done ? <Icon name="check" /> : index + 1}
                    </span>
                    <div className="first-steps-text">
                      <h2>{t(`start.${step.id}.title`)}</h2>
                      <p>{step.done ? t(`start.${step.id}.done`, { number: format.count(step.count) }) : t(`start.${step.id}.text`)}</p>
                    </div>
                    <Button kind={step === next ? 'primary' : 'plain'} onClick={() => changeView({ workspace: 'administration', page: step.section })}>
                      {step.done ? t('start.look') : t(`start.${step.id}.go`)}
                    </Button>
                  </li>
                ))}
              </ol>
              {next ? null : (
                <p className="notice">
                  <Icon name="check" />
                  {t('start.allDone')}
                </p>
              )}
              <ul className="first-links">
                <li>
                  <a href="/officer/">{t('start.officerPage')}</a> {t('start.officerText')}
                </li>
                <li>
                  <a href="/api/reference">{t('start.reference')}</a> {t('start.referenceText')}
                </li>
              </ul>
            </>
          )
        }}
      </WhenThere>
    </Frame>
  )
}
