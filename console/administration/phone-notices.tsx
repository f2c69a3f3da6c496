/** Notices on officers' phones 手机通知: which agencies let them be told through the browsers' makers. Off until somebody says so. */
import { Button, Form, Input, Table, type TableColumnsType } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isWithin } from '#kernel/actor.ts'
import type { AgencyView } from '#modules/organisation/contract.ts'
import { api } from '#ui/client.ts'
import { useLanguage } from '#ui/i18n.ts'
import { Icon, StateMark } from '#ui/primitives.ts'
import { useAct } from './act.ts'
import { FormDrawer } from './form-drawer.tsx'
import { Frame, WhenThere } from './frame.tsx'
import { useList } from './lists.tsx'
import { treeOf, type AgencyNode } from './tree.ts'

export function PhoneNotices() {
  const { t } = useTranslation('administration')
  const { language } = useLanguage()
  const agencies = useList('agencies')
  const push = useList('push')
  const { busy, run } = useAct()
  const [editing, setEditing] = useState<AgencyView>()
  const own = new Map(push.items?.map((each) => [each.agency, each]))
  const isOnAbove = (path: string) => [...own.keys()].some((above) => above !== path && isWithin(path, above))
  const switchOff = async (agency: string) => {
    if (await run((commandId) => api.put('/api/messages/push/agencies', { commandId, agency, contact: null }), t('saved'))) await push.reload()
  }

  const columns: TableColumnsType<AgencyNode> = [
    { title: t('push.agency'), key: 'name', render: (_, agency) => <strong>{(language === 'en' && agency.nameEn) || agency.name}</strong> },
    {
      title: t('push.state'),
      key: 'state',
      render: (_, { path }) => {
        const said = own.get(path)
        if (!said) return isOnAbove(path) ? <StateMark tone="free">{t('push.above')}</StateMark> : <StateMark tone="rest">{t('push.off')}</StateMark>
        return (
          <span className="two-lines">
            <StateMark tone="free">{t('push.on')}</StateMark>
            <span>
              {said.browsers === 0 ? t('push.noPhones') : t('push.phones', { count: said.browsers })} {said.failing > 0 ? t('push.failing', { count: said.failing, problem: said.problem }) : null}
            </span>
          </span>
        )
      },
    },
    { title: t('push.contact'), key: 'contact', render: (_, { path }) => own.get(path)?.contact.replace('mailto:', '') ?? '–' },
    {
      key: 'acts',
      align: 'right',
      width: 120,
      render: (_, agency) =>
        own.has(agency.path) ? (
          <Button size="small" loading={busy} onClick={() => void switchOff(agency.path)}>
            {t('push.switchOff')}
          </Button>
        ) : (
          <Button size="small" onClick={() => setEditing(agency)}>
            {t('push.switchOn')}
          </Button>
        ),
    },
  ]

  return (
    <Frame title={t('section.push')} text={t('push.text')}>
      <p className="retention-warning">
        <Icon name="alert" /> <span>{t('push.through')}</span>
      </p>
      <WhenThere list={push}>
        {() => (
          <WhenThere list={agencies}>
            {(items) => <Table rowKey="id" size="middle" columns={columns} dataSource={[...treeOf(items)]} pagination={false} expandable={{ defaultExpandAllRows: true }} scroll={{ x: 'max-content' }} />}
          </WhenThere>
        )}
      </WhenThere>
      {editing ? (
        <SwitchOn
          agency={editing}
          onClose={() => setEditing(undefined)}
          onDone={async () => {
            setEditing(undefined)
            await push.reload()
          }}
        />
      ) : null}
    </Frame>
  )
}

const asContact = (typed: string) => (typed.includes('@') && !typed.startsWith('mailto:') ? `mailto:${typed.trim()}` : typed.trim())
const isContact = /^(mailto:)?[^@\s:/]+@[^@\s]+\.[^@\s]+$|^https:\/\/[^/?#@\s]+\.[^/?#@\s]+$/

function SwitchOn({ agency, onClose, onDone }: { readonly agency: AgencyView; readonly onClose: () => void; readonly onDone: () => Promise<void> }) {
  const { t } = useTranslation('administration')
  const { language } = useLanguage()
  const [form] = Form.useForm<{ contact: string }>()
  const { busy, run } = useAct(form, {})
  const save = async ({ contact }: { contact: string }) => {
    if (await run((commandId) => api.put('/api/messages/push/agencies', { commandId, agency: agency.path, contact: asContact(contact) }), t('saved'))) await onDone()
  }
  return (
    <FormDrawer size={440} title={t('push.changeTitle', { name: (language === 'en' && agency.nameEn) || agency.name })} busy={busy} onSave={() => form.submit()} onClose={onClose}>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={save}>
        <Form.Item name="contact" label={t('push.contact')} extra={t('push.contactHint')} rules={[{ required: true, whitespace: true, pattern: isContact, message: t('push.contactRule') }]}>
          <Input maxLength={190} autoFocus autoCapitalize="none" spellCheck={false} inputMode="email" />
        </Form.Item>
      </Form>
    </FormDrawer>
  )
}
