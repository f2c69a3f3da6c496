/** The words of `messages`. Importing this file makes them known. */
import { addCatalogue } from '../i18n.ts'
import en from './en/messages.json' with { type: 'json' }
import zh from './zh-CN/messages.json' with { type: 'json' }

addCatalogue('messages', { 'zh-CN': zh, en })
