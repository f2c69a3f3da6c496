/** What the HTTP door itself says, and the status that goes with each code. */
import type { Sentences } from '#kernel/decision.ts'

export const httpSentences: Sentences = {
  malformed: { zh: '请求内容不符合接口约定。', en: 'The request is not what this address takes.' },
  'not-signed-in': { zh: '请先登录。', en: 'Sign in first.' },
  'session-expired': { zh: '登录已过期，请重新登录。', en: 'Your session has expired. Sign in again.' },
  'must-change-password': { zh: '请先修改初始密码。', en: 'Change your first password before anything else.' },
  'not-allowed': { zh: '您没有这项权限。', en: 'Your roles do not allow this.' },
  csrf: { zh: '请求来源无法确认，请刷新页面后重试。', en: 'The request did not come from this page. Reload and try again.' },
  'address-not-found': { zh: '没有这个地址。', en: 'There is nothing at this address.' },
  'body-too-large': { zh: '内容过大，上限为 {limit} 字节。', en: 'The body is too large: at most {limit} bytes.' },
  'media-type': { zh: '不支持这种内容类型。', en: 'This media type is not taken here.' },
  'too-many-requests': { zh: '请求过于频繁，请 {seconds} 秒后再试。', en: 'Too many requests. Try again in {seconds} s.' },
  'database-unavailable': { zh: '数据库暂时不可用，请稍后重试。', en: 'The database is not available at the moment. Try again shortly.' },
  'storage-full': { zh: '服务器磁盘已满，内容没有保存。请管理员清理空间后重试。', en: 'The server’s disk is full and nothing was kept. Once an administrator has freed some space, try again.' },
  stopping: { zh: '服务正在停止，请稍后重试。', en: 'The server is stopping. Try again shortly.' },
  fault: { zh: '服务器内部错误，请记下编号 {request} 并告知管理员。', en: 'Something broke on the server. Tell the administrator: {request}.' },
}

const statuses: Readonly<Record<string, number>> = {
  malformed: 400,
  'not-signed-in': 401,
  'session-expired': 401,
  'wrong-credentials': 401,
  'must-change-password': 403,
  'not-allowed': 403,
  csrf: 403,
  'setup-token-wrong': 403,
  'body-too-large': 413,
  'media-type': 415,
  'too-many-requests': 429,
  'sign-in-locked': 429,
  fault: 500,
  'database-unavailable': 503,
  stopping: 503,
  'storage-full': 507,
}

/** 409 unless the code says otherwise; whatever ends in `-not-found` is 404. */
export const statusOf = (code: string): number => statuses[code] ?? (code.endsWith('-not-found') ? 404 : 409)
