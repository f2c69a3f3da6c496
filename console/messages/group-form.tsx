/** A named group of units: made, renamed, filled, closed. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, newCommandId } from '#ui/client.ts'
import { Button, useToasts } from '#ui/primitives.ts'
import type { ChannelView } from '#modules/messages/contract.ts'
import { useRoomPart } from '../command/room-context.tsx'

/** @param onDone  with the id of a group that was made; undefined when it was given up or is done */
export function GroupForm({ group, onDone }: { readonly group?: Pick<ChannelView, 'id' | 'name' | 'units' | 'closedAt'>; readonly onDone: (id?: string) => void }) {
  const { t } = useTranslation('messages')
  const { t: common } = useTranslation('common')
  const toasts = useToasts()
  const units = useRoomPart((state) => state.units)
  const [name, setName] = useState(group?.name ?? '')
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(group?.units))
  const [busy, setBusy] = useState(false)
  const offered = [...units.values()].filter((unit) => unit.state !== 'off-duty' || chosen.has(unit.id)).sort((a, b) => a.callSign.localeCompare(b.callSign, 'zh-CN', { numeric: true }))

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
  const toggle = (id: string) => setChosen((old) => new Set(old.has(id) ? [...old].filter((each) => each !== id) : [...old, id]))

  return (
    <form
      className="act-form group-form"
      aria-label={group ? t('group.change') : t('group.new')}
      onKeyDown={(event) => event.key === 'Escape' && (event.stopPropagation(), onDone())}
      onSubmit={(event) => {
        event.preventDefault()
        if (name.trim() && chosen.size > 0 && !busy) void save({ name: name.trim(), units: [...chosen] })
      }}
    >
      <input className="control" autoFocus aria-label={t('group.name')} placeholder={t('group.name')} value={name} maxLength={40} onChange={(event) => setName(event.target.value)} />
      <fieldset className="group-units">
        <legend>
          {t('group.units')} · {t('group.chosen', { count: chosen.size })}
        </legend>
        {offered.map((unit) => (
          <label key={unit.id}>
            <input type="checkbox" checked={chosen.has(unit.id)} onChange={() => toggle(unit.id)} />
            {unit.callSign}
          </label>
        ))}
      </fieldset>
      <div className="act-form-buttons">
        {group ? (
          <Button size="small" kind={group.closedAt === null ? 'danger' : 'plain'} busy={busy} onClick={() => void save({ closed: group.closedAt === null })}>
            {group.closedAt === null ? t('group.close') : t('group.reopen')}
          </Button>
        ) : null}
        <Button size="small" kind="quiet" onClick={() => onDone()}>
          {common('cancel')}
        </Button>
        <Button size="small" kind="primary" type="submit" busy={busy} disabledBecause={name.trim() && chosen.size > 0 ? undefined : t('group.nameless')}>
          {group ? t('group.save') : t('group.create')}
        </Button>
      </div>
    </form>
  )
}
