import type { Sentences } from '#kernel/decision.ts'

export const refusals: Sentences = {
  'command-id-reused': {
    zh: '此命令编号已用于另一项操作，请用新的编号重新提交。',
    en: 'This command id was used for something else before. Send again under a new id.',
  },
}
