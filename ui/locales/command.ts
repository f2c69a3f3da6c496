/** The words of `command`. Importing this file makes them known. */
import { addCatalogue } from '../i18n.ts'
import en from './en/command.json' with { type: 'json' }
import zh from './zh-CN/command.json' with { type: 'json' }

addCatalogue('command', { 'zh-CN': zh, en })
