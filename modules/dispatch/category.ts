/** Kinds of incident 警情类别: the seed, and what may be changed about them. Pure. */
import { accept, refuse, type Decision } from '#kernel/decision.ts'
import type { Story } from '#kernel/journal.ts'
import type { Instant } from '#kernel/names.ts'
import type { CategoryEvent, CategoryView } from './contract.ts'

export type Category = CategoryView | null

export const category: Story<Category, CategoryEvent> = {
  initial: null,
  evolve(state, event) {
    switch (event.type) {
      case 'category-created': {
        const { type: _, at: _at, ...facts } = event
        return { ...facts, active: true }
      }
      case 'category-changed':
        return state && { ...state, ...event.changes }
    }
  },
}

export function create(state: Category, facts: Omit<CategoryView, 'active'>, at: Instant): Decision<CategoryEvent, 'category-exists'> {
  return state ? refuse('category-exists', { name: state.name }) : accept<CategoryEvent>({ type: 'category-created', at, ...facts })
}

export function change(
  state: Category,
  asked: Partial<Omit<CategoryView, 'id'>>,
  at: Instant,
): Decision<CategoryEvent, 'category-not-found'> {
  if (!state) return refuse('category-not-found')
  const changes = Object.fromEntries(
    Object.entries(asked).filter(
      ([key, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(state[key as keyof CategoryView]),
    ),
  )
  return Object.keys(changes).length === 0 ? accept() : accept<CategoryEvent>({ type: 'category-changed', at, changes })
}

type Seed = Omit<CategoryView, 'active' | 'order' | 'questions' | 'needs'> & { readonly asks: readonly (readonly [id: string, zh: string, en: string])[] }

const injured = ['injured', '有没有人受伤？需要救护车吗？', 'Is anybody hurt? Is an ambulance needed?'] as const
const weapons = ['weapons', '有没有刀具等凶器？', 'Any knives or other weapons?'] as const
const ongoing = ['ongoing', '现在还在发生吗？', 'Is it still going on?'] as const
const people = ['people', '现场大约多少人？', 'About how many people are there?'] as const

/**
 * The public top level of the 110 rules (110接处警工作规则). It is a beginning: an agency imports its province's own codes.
 * Seconds from order to on scene are ours to choose; 300 is what the field calls "5 minutes in key areas".
 * No kind needs a capability until an agency says so: the nearest goes.
 */
const seeds: readonly Seed[] = [
  {
    id: 'criminal',
    name: '刑事',
    nameEn: 'Criminal',
    pinyin: 'xs',
    glyph: '刑',
    priority: 1,
    arriveSeconds: 300,
    asks: [ongoing, injured, weapons, ['gone', '嫌疑人往哪个方向走了？怎么走的？', 'Which way did they leave, and how?']],
  },
  {
    id: 'public-order',
    name: '治安',
    nameEn: 'Public order',
    pinyin: 'za',
    glyph: '治',
    priority: 2,
    arriveSeconds: 300,
    asks: [ongoing, people, injured, weapons],
  },
  {
    id: 'traffic',
    name: '交通',
    nameEn: 'Traffic',
    pinyin: 'jt',
    glyph: '交',
    priority: 2,
    arriveSeconds: 480,
    asks: [injured, ['blocked', '道路堵住了吗？哪个方向？', 'Is the road blocked? Which direction?'], ['vehicles', '几辆车？有没有危险品车？', 'How many vehicles? Any dangerous goods?']],
  },
  {
    id: 'fire-disaster',
    name: '火灾/灾害事故',
    nameEn: 'Fire or disaster',
    pinyin: 'hz',
    glyph: '灾',
    priority: 1,
    arriveSeconds: 300,
    asks: [['burning', '什么东西着火？几楼？', 'What is burning? Which floor?'], ['trapped', '有没有人被困？', 'Is anybody trapped?'], injured],
  },
  {
    id: 'mass-incident',
    name: '群体性事件',
    nameEn: 'Mass incident',
    pinyin: 'qt',
    glyph: '群',
    priority: 1,
    arriveSeconds: 300,
    asks: [people, ongoing, ['why', '因为什么事？', 'What is it about?'], injured],
  },
  {
    id: 'dispute',
    name: '纠纷',
    nameEn: 'Dispute',
    pinyin: 'jf',
    glyph: '纷',
    priority: 3,
    arriveSeconds: 600,
    asks: [ongoing, people, injured, weapons],
  },
  {
    id: 'urgent-help',
    name: '紧急求助',
    nameEn: 'Urgent help',
    pinyin: 'qz',
    glyph: '助',
    priority: 2,
    arriveSeconds: 300,
    asks: [['danger', '现在有没有危险？', 'Is anybody in danger now?'], injured, ['child', '是老人或小孩吗？', 'Is it an old person or a child?']],
  },
  {
    id: 'complaint',
    name: '投诉举报',
    nameEn: 'Complaint or report',
    pinyin: 'ts',
    glyph: '诉',
    priority: 4,
    arriveSeconds: 1800,
    asks: [ongoing, ['about', '投诉或举报什么？', 'What is it about?']],
  },
  {
    id: 'other',
    name: '其他',
    nameEn: 'Other',
    pinyin: 'qta',
    glyph: '他',
    priority: 3,
    arriveSeconds: 900,
    asks: [ongoing, injured],
  },
]

export const seededCategories: readonly Omit<CategoryView, 'active'>[] = seeds.map(({ asks, ...seed }, index) => ({
  ...seed,
  needs: [],
  questions: asks.map(([id, text, textEn]) => ({ id, text, textEn })),
  order: (index + 1) * 10,
}))
