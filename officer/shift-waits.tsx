/** Going on or off duty was pressed, and the server has not heard it: what holds now, since when it waits, and a way back. */
import { useTranslation } from 'react-i18next'
import { Button, Icon, useToasts } from '#ui/primitives.ts'
import { useFormat } from '#ui/use-format.ts'
import type { WaitingShift } from './duty.ts'
import type { Duty } from './use-duty.ts'

export function ShiftWaits({ shift, duty }: { readonly shift: WaitingShift; readonly duty: Duty }) {
  const { t } = useTranslation('officer')
  const format = useFormat()
  const toasts = useToasts()
  const kind = shift.to === 'end' ? 'end' : 'start'
  const withdraw = async () => {
    if (!(await duty.withdraw(shift.id))) toasts.show({ kind: 'problem', text: t('shift.tooLate') })
  }
  return (
    <section className="shift-waits" role="status" data-shift={shift.to}>
      <h2>
        <Icon name="clock" size={20} />
        {t(`shift.${kind}Waits`, { unit: shift.callSign })}
      </h2>
      <p>{t('shift.pressed', { time: format.shortTime(shift.madeAt) })}</p>
      <p>{t(`shift.${kind}Now`)}</p>
      {shift.tried ? null : <Button onClick={() => void withdraw()}>{t('shift.withdraw')}</Button>}
    </section>
  )
}
