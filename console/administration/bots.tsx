/** Group bots 群机器人: which group is told that something is up; never what. */
import { Button, Checkbox, Form, Input, Switch, Table, type TableColumnsType } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { BotTells, BotView } from '#modules/messages/contract.ts'
import { api } from '#ui/client.ts'
import { useLanguage } from '#ui/i18n.ts'
import { Empty, StateMark } from '#ui/primitives.ts'
import { useFormat } from '#ui/use-format.ts'
import { useAct } from './act.ts'
import { AgencyPicker } from './agency-picker.tsx'
import { FormDrawer } from './form-drawer.tsx'
import { Frame, WhenThere } from './frame.tsx'
import { useList } from './lists.tsx'

export function Bots() {
  const { t } = useTranslation('administration')
  const { language } = useLanguage()
  const format = useFormat()
  const bots = useList('bots')
  const { items: agencies = [] } = useList('agencies')
  const [editing, setEditing] = useState<BotView | 'new'>()
  const { run } = useAct()
  const nameOf = (path: string) => {
    const agency = agencies.find((each) => each.path === path)
    return (language === 'en' && agency?.nameEn) || agency?.name || path
  }
  const done = async () => {
    setEditing(undefined)
    await bots.reload()
  }
  const switchTo = async (bot: BotView, enabled: boolean) => {
    if (await run((commandId) => api.patch(`/api/messages/bots/${bot.id}`, { commandId, enabled }), t('saved'))) await bots.reload()
  }

  const columns: TableColumnsType<BotView> = [
    {
      title: t('bots.name'),
      key: 'name',
      render: (_, bot) => (
        <span className="two-lines">
          <strong>{bot.label}</strong>
          <span>{[t(`bots.vendors.${bot.vendor}`), t('bots.key', { ending: bot.ending }), bot.signs ? t('bots.signed') : ''].filter(Boolean).join(' · ')}</span>
        </span>
      ),
    },
    { title: t('bots.agency'), key: 'agency', render: (_, bot) => nameOf(bot.agency) },
    { title: t('bots.tells'), key: 'tells', render: (_, bot) => bot.tells.map((each) => t(`bots.tell.${each}`)).join(language === 'en' ? ', ' : '、') },
    {
      title: t('bots.state'),
      key: 'state',
      render: (_, bot) => (
        <span className="two-lines">
          <StateMark tone={bot.enabled ? 'free' : 'rest'}>{bot.enabled ? t('bots.on') : t('bots.off')}</StateMark>
          <span>
            {bot.problem ? t('bots.problem', { problem: bot.problem }) : bot.waiting > 0 ? t('bots.waiting', { count: bot.waiting }) : bot.postedAt ? t('bots.lastPost', { time: format.dayTime(bot.postedAt) }) : t('bots.never')}
          </span>
        </span>
      ),
    },
    {
      title: t('bots.enabled'),
      key: 'enabled',
      render: (_, bot) => <Switch checked={bot.enabled} aria-label={`${t('bots.enabled')} ${bot.label}`} onChange={(enabled) => void switchTo(bot, enabled)} />,
    },
    {
      key: 'acts',
      align: 'right',
      width: 90,
      render: (_, bot) => (
        <Button size="small" onClick={() => setEditing(bot)}>
          {t('common:change')}
        </Button>
      ),
    },
  ]

  return (
    <Frame title={t('section.bots')} text={t('bots.text')} action={{ label: t('bots.new'), run: () => setEditing('new') }}>
      <WhenThere list={bots}>
        {(items) =>
          items.length === 0 ? (
            <Empty icon="message" title={t('bots.empty')}>
              {t('bots.emptyText')}
            </Empty>
          ) : (
            <Table rowKey="id" size="middle" columns={columns} dataSource={[...items]} pagination={false} scroll={{ x: 820 }} />
          )
        }
      </WhenThere>
      {editing ? <BotForm bot={editing === 'new' ? undefined : editing} onClose={() => setEditing(undefined)} onDone={done} /> : null}
    </Frame>
  )
}

type Values = { agency: string; label: string; webhook?: string; secret?: string; linkBase: string; tells: BotTells[] }

function BotForm({ bot, onClose, onDone }: { readonly bot: BotView | undefined; readonly onClose: () => void; readonly onDone: () => Promise<void> }) {
  const { t } = useTranslation('administration')
  const [form] = Form.useForm<Values>()
  const { busy, run } = useAct(form, { 'webhook-unknown': 'webhook' })

  const save = async ({ agency, webhook, secret, ...values }: Values) => {
    // what is left empty stays as it is: neither comes back from the server to be shown
    const hidden = { ...(webhook ? { webhook } : {}), ...(secret ? { secret } : {}) }
    const worked = await run(
      (commandId) => (bot ? api.patch(`/api/messages/bots/${bot.id}`, { commandId, ...values, ...hidden }) : api.post('/api/messages/bots', { commandId, agency, ...values, ...hidden })),
      t('saved'),
    )
    if (worked) await onDone()
  }
  const remove = async () => {
    if (bot && (await run((commandId) => api.post(`/api/messages/bots/${bot.id}/remove`, { commandId }), t('bots.removed')))) await onDone()
  }

  return (
    <FormDrawer
      size={520}
      title={bot ? t('bots.changeTitle', { name: bot.label }) : t('bots.new')}
      busy={busy}
      left={
        bot ? (
          <Button danger onClick={() => void remove()}>
            {t('bots.remove')}
          </Button>
        ) : null
      }
      onSave={() => form.submit()}
      onClose={onClose}
    >
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={save}
        initialValues={bot ? { agency: bot.agency, label: bot.label, linkBase: bot.linkBase, tells: [...bot.tells] } : { tells: ['incident'], linkBase: location.origin }}
      >
        <Form.Item name="label" label={t('bots.name')} rules={[{ required: true, message: t('needed') }]}>
          <Input maxLength={40} autoFocus />
        </Form.Item>
        <Form.Item name="agency" label={t('bots.agency')} rules={[{ required: true, message: t('needed') }]}>
          <AgencyPicker label={t('bots.agency')} disabled={bot !== undefined} />
        </Form.Item>
        <Form.Item name="webhook" label={t('bots.webhook')} extra={t('bots.webhookHint')} rules={bot ? [] : [{ required: true, message: t('needed') }]}>
          <Input.Password maxLength={300} autoComplete="off" placeholder={bot ? t('bots.webhookKept') : 'https://'} />
        </Form.Item>
        <Form.Item name="secret" label={t('bots.secret')} extra={t('bots.secretHint')}>
          <Input.Password maxLength={200} autoComplete="off" placeholder={bot?.signs ? t('bots.webhookKept') : ''} />
        </Form.Item>
        <Form.Item name="linkBase" label={t('bots.linkBase')} extra={t('bots.linkBaseHint')} rules={[{ required: true, pattern: /^https?:\/\/[^/?#@\s]+$/, message: t('bots.linkBaseRule') }]}>
          <Input maxLength={200} autoCapitalize="none" spellCheck={false} />
        </Form.Item>
        <Form.Item name="tells" label={t('bots.tells')} rules={[{ required: true, message: t('needed') }]}>
          <Checkbox.Group options={(['incident', 'limit', 'broadcast'] as const).map((value) => ({ value, label: t(`bots.tell.${value}`) }))} />
        </Form.Item>
      </Form>
    </FormDrawer>
  )
}
