/** Kinds of incident 警情类别: what they are called, how urgent, how soon somebody must be there, what to ask. */
import { Button, Form, Input, InputNumber, Select, Switch, Table, type TableColumnsType } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { CategoryView } from '#modules/dispatch/contract.ts'
import { api } from '#ui/client.ts'
import { useLanguage } from '#ui/i18n.ts'
import { Icon, StateMark } from '#ui/primitives.ts'
import { useFormat } from '#ui/use-format.ts'
import { useAct } from './act.ts'
import { FormDrawer } from './form-drawer.tsx'
import { Frame, WhenThere } from './frame.tsx'
import { useList } from './lists.tsx'

export function Categories() {
  const { t } = useTranslation('administration')
  const { language } = useLanguage()
  const format = useFormat()
  const categories = useList('categories')
  const [editing, setEditing] = useState<CategoryView | 'new'>()

  const columns: TableColumnsType<CategoryView> = [
    {
      title: t('categories.name'),
      key: 'name',
      render: (_, category) => (
        <span className="category-name">
          <span className="category-glyph" aria-hidden="true">
            {category.glyph}
          </span>
          <span className="two-lines">
            <strong>{language === 'en' ? category.nameEn : category.name}</strong>
            <span>{language === 'en' ? category.name : category.nameEn}</span>
          </span>
        </span>
      ),
    },
    { title: t('categories.pinyin'), dataIndex: 'pinyin', render: (pinyin: string) => <code>{pinyin}</code> },
    { title: t('categories.priority'), key: 'priority', render: (_, category) => t(`common:priority.${category.priority}`) },
    { title: t('categories.arrive'), key: 'arrive', render: (_, category) => format.duration(category.arriveSeconds) },
    { title: t('categories.questions'), key: 'questions', align: 'right', render: (_, category) => category.questions.length || '–' },
    { title: t('categories.active'), key: 'active', render: (_, category) => <StateMark tone={category.active ? 'free' : 'rest'}>{category.active ? t('categories.isActive') : t('categories.isOut')}</StateMark> },
    {
      key: 'acts',
      align: 'right',
      width: 90,
      render: (_, category) => (
        <Button size="small" onClick={() => setEditing(category)}>
          {t('common:change')}
        </Button>
      ),
    },
  ]

  return (
    <Frame title={t('section.categories')} text={t('categories.text')} action={{ label: t('categories.new'), run: () => setEditing('new') }}>
      <WhenThere list={categories}>
        {(items) => <Table rowKey="id" size="middle" columns={columns} dataSource={[...items].sort((a, b) => a.order - b.order)} pagination={false} scroll={{ x: 760 }} />}
      </WhenThere>
      {editing ? (
        <CategoryForm
          category={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(undefined)}
          onDone={async () => {
            setEditing(undefined)
            await categories.reload()
          }}
        />
      ) : null}
    </Frame>
  )
}

type Values = {
  id: string
  name: string
  nameEn: string
  pinyin?: string
  glyph: string
  priority: number
  arriveMinutes: number
  needs: string[]
  order?: number | null
  active: boolean
  questions: { id?: string; text: string; textEn: string }[]
}

function CategoryForm({ category, onClose, onDone }: { readonly category: CategoryView | undefined; readonly onClose: () => void; readonly onDone: () => Promise<void> }) {
  const { t } = useTranslation('administration')
  const [form] = Form.useForm<Values>()
  const { busy, run } = useAct(form, { 'category-taken': 'id', 'category-id-taken': 'id', 'category-exists': 'id' })

  const save = async ({ id, active, arriveMinutes, order, questions, ...values }: Values) => {
    const body = {
      ...values,
      pinyin: values.pinyin ?? '',
      arriveSeconds: Math.round(arriveMinutes * 60),
      ...(order == null ? {} : { order }),
      questions: questions.map((question, index) => ({ id: question.id ?? `q${index + 1}-${question.textEn.toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(0, 24)}`, text: question.text, textEn: question.textEn })),
    }
    const worked = await run(
      (commandId) =>
        category
          ? api.patch(`/api/dispatch/categories/${category.id}`, { commandId, ...body, active })
          : api.post('/api/dispatch/categories', { commandId, id, ...body }),
      t('saved'),
    )
    if (worked) await onDone()
  }

  return (
    <FormDrawer size={520} title={category ? t('categories.changeTitle', { name: category.name }) : t('categories.new')} busy={busy} onSave={() => form.submit()} onClose={onClose}>
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={save}
        initialValues={category ? { ...category, arriveMinutes: category.arriveSeconds / 60 } : { priority: 3, arriveMinutes: 10, needs: [], questions: [], active: true }}
      >
        <div className="form-pair">
          <Form.Item name="name" label={t('categories.nameZh')} rules={[{ required: true, message: t('needed') }]}>
            <Input maxLength={40} autoFocus />
          </Form.Item>
          <Form.Item name="nameEn" label={t('categories.nameEn')} rules={[{ required: true, message: t('needed') }]}>
            <Input maxLength={80} />
          </Form.Item>
        </div>
        {category ? null : (
          <Form.Item name="id" label={t('categories.id')} extra={t('categories.idHint')} rules={[{ required: true, pattern: /^[a-z0-9-]{1,32}$/, message: t('categories.idRule') }]}>
            <Input maxLength={32} autoCapitalize="none" spellCheck={false} />
          </Form.Item>
        )}
        <div className="form-pair">
          <Form.Item name="glyph" label={t('categories.glyph')} extra={t('categories.glyphHint')} rules={[{ required: true, message: t('needed') }]}>
            <Input maxLength={4} />
          </Form.Item>
          <Form.Item name="pinyin" label={t('categories.pinyin')} extra={t('categories.pinyinHint')} rules={[{ pattern: /^[a-z0-9]*$/, message: t('categories.pinyinRule') }]}>
            <Input maxLength={16} autoCapitalize="none" spellCheck={false} />
          </Form.Item>
        </div>
        <div className="form-pair">
          <Form.Item name="priority" label={t('categories.priority')}>
            <Select options={[1, 2, 3, 4].map((value) => ({ value, label: t(`common:priority.${value}`) }))} />
          </Form.Item>
          <Form.Item name="arriveMinutes" label={t('categories.arriveMinutes')} rules={[{ required: true, message: t('needed') }]}>
            <InputNumber min={1} max={1440} step={1} />
          </Form.Item>
        </div>
        <div className="form-pair">
          <Form.Item name="needs" label={t('categories.needs')} extra={t('categories.needsHint')}>
            <Select mode="tags" maxCount={8} options={['armed', 'first-aid', 'traffic'].map((value) => ({ value, label: t(`capability.${value}`) }))} />
          </Form.Item>
          <Form.Item name="order" label={t('categories.order')} extra={t('categories.orderHint')}>
            <InputNumber min={0} max={10_000} precision={0} />
          </Form.Item>
        </div>
        <fieldset className="form-set">
          <legend>{t('categories.questions')}</legend>
          <Form.List name="questions">
            {(fields, { add, remove }) => (
              <>
                {fields.map((field) => (
                  <div key={field.key} className="question-row">
                    <Form.Item name={[field.name, 'text']} rules={[{ required: true, message: t('needed') }]}>
                      <Input maxLength={200} aria-label={t('categories.questionZh')} placeholder={t('categories.questionZh')} />
                    </Form.Item>
                    <Form.Item name={[field.name, 'textEn']} rules={[{ required: true, message: t('needed') }]}>
                      <Input maxLength={200} aria-label={t('categories.questionEn')} placeholder={t('categories.questionEn')} />
                    </Form.Item>
                    <Button type="text" aria-label={t('common:remove')} onClick={() => remove(field.name)}>
                      <Icon name="close" size={14} />
                    </Button>
                  </div>
                ))}
                <Button type="dashed" block disabled={fields.length >= 20} onClick={() => add({ text: '', textEn: '' })}>
                  {t('categories.addQuestion')}
                </Button>
              </>
            )}
          </Form.List>
        </fieldset>
        {category ? (
          <Form.Item name="active" label={t('categories.active')} extra={t('categories.activeHint')} valuePropName="checked">
            <Switch />
          </Form.Item>
        ) : null}
      </Form>
    </FormDrawer>
  )
}
