/** A form beside the list it belongs to: title, the form, cancel and save. */
import { Button, Drawer } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

export type FormDrawerProps = {
  readonly title: string
  /** Pixels. */
  readonly size: number
  readonly busy: boolean
  /** What the main button says; "Save" when absent. */
  readonly saveLabel?: string
  /** A rarer act, at the other end of the foot. */
  readonly left?: ReactNode
  readonly onSave: () => void
  readonly onClose: () => void
  readonly children: ReactNode
}

export function FormDrawer({ title, size, busy, saveLabel, left, onSave, onClose, children }: FormDrawerProps) {
  const { t } = useTranslation('administration')
  return (
    <Drawer
      open
      onClose={onClose}
      size={size}
      title={title}
      footer={
        <div className="drawer-foot">
          {left}
          <Button onClick={onClose}>{t('common:cancel')}</Button>
          <Button type="primary" loading={busy} onClick={onSave}>
            {saveLabel ?? t('common:save')}
          </Button>
        </div>
      }
    >
      {children}
    </Drawer>
  )
}
