/** Members 人员: people who work shifts. No more is known of a person than the work needs. */
import { Button, Form, Input, Switch, Table, type TableColumnsType } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { MemberView } from '#modules/organisation/contract.ts'
import { api } from '#ui/client.ts'
import { useLanguage } from '#ui/i18n.ts'
import { StateMark } from '#ui/primitives.ts'
import { useSession } from '#ui/session.tsx'
import { useAct } from './act.ts'
import { FormDrawer } from './form-drawer.tsx'
import { AgencyPicker } from './agency-picker.tsx'
import { Frame, WhenThere } from './frame.tsx'
import { useList } from './lists.tsx'
import { agencyName } from './tree.ts'

export function Members() {
  const { t } = useTranslation('administration')
  const { language } = useLanguage()
  const members = useList('members')
  const { items: agencies = [] } = useList('agencies')
  const [editing, setEditing] = useState<MemberView | 'new'>()
  const [words, setWords] = useState('')

  const columns: TableColumnsType<MemberView> = [
    { title: t('members.name'), dataIndex: 'name', sorter: (a, b) => a.name.localeCompare(b.name, 'zh-CN', { numeric: true }), render: (name: string) => <strong>{name}</strong> },
    { title: t('members.staffNumber'), dataIndex: 'staffNumber', sorter: (a, b) => a.staffNumber.localeCompare(b.staffNumber, 'en', { numeric: true }) },
    { title: t('agency'), key: 'agency', render: (_, member) => agencyName(agencies, member.agency, language === 'en') },
    {
      title: t('members.active'),
      key: 'active',
      render: (_, member) => <StateMark tone={member.active ? 'free' : 'rest'}>{member.active ? t('members.isActive') : t('members.isLeft')}</StateMark>,
    },
    {
      key: 'acts',
      align: 'right',
      width: 90,
      render: (_, member) => (
        <Button size="small" onClick={() => setEditing(member)}>
          {t('common:change')}
        </Button>
      ),
    },
  ]

  const wanted = words.trim().toLowerCase()
  return (
    <Frame
      title={t('section.members')}
      text={t('members.text')}
      action={{ label: t('members.new'), run: () => setEditing('new') }}
      tools={<Input allowClear placeholder={t('members.search')} aria-label={t('members.search')} value={words} onChange={(event) => setWords(event.target.value)} />}
    >
      <WhenThere list={members}>
        {(items) => (
          <Table
            rowKey="id"
            size="middle"
            columns={columns}
            dataSource={items.filter((member) => `${member.name} ${member.staffNumber}`.toLowerCase().includes(wanted))}
            pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }}
            locale={{ emptyText: <p className="table-empty">{t('members.empty')}</p> }}
          />
        )}
      </WhenThere>
      {editing ? (
        <MemberForm
          member={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(undefined)}
          onDone={async () => {
            setEditing(undefined)
            await members.reload()
          }}
        />
      ) : null}
    </Frame>
  )
}

type Values = { name: string; staffNumber: string; agency: string; active: boolean }

function MemberForm({ member, onClose, onDone }: { readonly member: MemberView | undefined; readonly onClose: () => void; readonly onDone: () => Promise<void> }) {
  const { t } = useTranslation('administration')
  const { session } = useSession()
  const [form] = Form.useForm<Values>()
  const { busy, run } = useAct(form, { 'staff-number-taken': 'staffNumber', 'agency-not-found': 'agency' })

  const save = async ({ active, ...values }: Values) => {
    const worked = await run(
      (commandId) =>
        member
          ? api.patch(`/api/organisation/members/${member.id}`, { commandId, ...values, active })
          : api.post('/api/organisation/members', { commandId, ...values }),
      t('saved'),
    )
    if (worked) await onDone()
  }

  return (
    <FormDrawer size={420} title={member ? t('members.changeTitle', { name: member.name }) : t('members.new')} busy={busy} onSave={() => form.submit()} onClose={onClose}>
      <Form<Values> form={form} layout="vertical" requiredMark={false} onFinish={save} initialValues={member ?? { agency: session?.agency, active: true }}>
        <Form.Item name="name" label={t('members.name')} rules={[{ required: true, message: t('needed') }]}>
          <Input maxLength={80} autoFocus />
        </Form.Item>
        <Form.Item name="staffNumber" label={t('members.staffNumber')} rules={[{ required: true, message: t('needed') }]}>
          <Input maxLength={32} />
        </Form.Item>
        <Form.Item name="agency" label={t('agency')} rules={[{ required: true, message: t('needed') }]}>
          <AgencyPicker />
        </Form.Item>
        {member ? (
          <Form.Item name="active" label={t('members.active')} extra={t('members.activeHint')} valuePropName="checked">
            <Switch />
          </Form.Item>
        ) : null}
      </Form>
    </FormDrawer>
  )
}
