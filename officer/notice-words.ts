/** What a notice says. For the service worker: the page takes nothing but the type from here, so that the worker stays one file. */

/** In the language of the page, which gives them to the service worker. In `number` stands `{number}`. */
export type NoticeWords = { readonly order: string; readonly call: string; readonly number: string; readonly open: string }

/** Where the page gave none: the phone threw them away. */
const anyLanguage: NoticeWords = { order: '新指令 New order', call: '一呼百应 Call to all near', number: 'No. {number}', open: '点按查看 Tap to open' }

/** What our server sends, and nothing else; a message that is no such thing says nothing but that there is one. */
export function readNotice(text: string | undefined): { readonly what: 'order' | 'call'; readonly number: number } {
  try {
    const { what, number } = JSON.parse(text ?? '') as { what?: unknown; number?: unknown }
    return { what: what === 'call' ? 'call' : 'order', number: Number.isInteger(number) ? Number(number) : 0 }
  } catch {
    return { what: 'order', number: 0 }
  }
}

/** Title and text of a notice. */
export function noticeTexts(notice: ReturnType<typeof readNotice>, words: NoticeWords = anyLanguage): { readonly title: string; readonly body: string } {
  const title = words[notice.what]
  return { title: notice.number > 0 ? `${title} · ${words.number.replace('{number}', String(notice.number))}` : title, body: words.open }
}
