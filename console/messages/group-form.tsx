/** A named group of units: made, renamed, filled, closed. */
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, newCommandId } from '#ui/client.ts'
import { Button, useToasts } from '#ui/primitives.ts'
import type { ChannelView } from '#modules/messages/contract.ts'
import { useUnitsInOrder } from '../command/room-context.tsx'
import { UnitPicker } from '../command/unit-picker.tsx'

/** @param onDone  with the id of a group that was made; undefined when it was given up or is done */
export function GroupForm({ group, onDone }: { readonly group?: Pick<ChannelView, 'id' | 'name' | 'units' | 'closedAt'>; readonly onDone: (id?: string) => void }) {
  const { t } = useTranslation('messages')
  const { t: common } = useTranslation('common')
  const toasts = useToasts()
  const units = useUnitsInOrder()
  const [name, setName] = useState(group?.name ?? '')
  const [chosen, setChosen] = useState<readonly string[]>(group?.units ?? [])
  const [busy, setBusy] = useState(false)
  // who has gone off duty can still be taken out
  const offered = useMemo(() => units.filter((unit) => unit.state !== 'off-duty' || group?.units.includes(unit.id)), [units, group])

  const save = async (body: object) => {
    setBusy(true)
    try {
      const commandId = newCommandId()
      const { id } = group
        ? await api.patch<{ id: string }>(`/api/messages/groups/${group.id}`, { ...body, commandId })
        : await api.post<{ id: string }>('/api/messages/groups', { ...body, commandId })
      toasts.show({ kind: 'done', text: t('group.done', { name }) })
      onDone(group ? undefined : id)
    } catch (thrown) {
      toasts.problem(thrown)
      setBusy(false)
    }
  }

  return (
    <form
      className="act-form group-form"
      aria-label={group ? t('group.change') : t('group.new')}
      onKeyDown={(event) => event.key === 'Escape' && (event.stopPropagation(), onDone())}
      onSubmit={(event) => {
        event.preventDefault()
        if (name.trim() && chosen.length > 0 && !busy) void save({ name: name.trim(), units: chosen })
      }}
    >
      <input className="control" autoFocus aria-label={t('group.name')} placeholder={t('group.name')} value={name} maxLength={40} onChange={(event) => setName(event.target.value)} />
      <UnitPicker label={t('group.units')} units={offered} chosen={chosen} onChosen={setChosen} withStates />
      <div className="act-form-buttons">
        {group ? (
          <Button size="small" kind={group.closedAt === null ? 'danger' : 'plain'} busy={busy} onClick={() => void save({ closed: group.closedAt === null })}>
            {group.closedAt === null ? t('group.close') : t('group.reopen')}
          </Button>
        ) : null}
        <Button size="small" kind="quiet" onClick={() => onDone()}>
          {common('cancel')}
        </Button>
        <Button size="small" kind="primary" type="submit" busy={busy} disabledBecause={name.trim() && chosen.length > 0 ? undefined : t('group.nameless')}>
          {group ? t('group.save') : t('group.create')}
        </Button>
      </div>
    </form>
  )
}
