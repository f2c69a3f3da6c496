/** The words of `administration`. Importing this file makes them known. */
import { addCatalogue } from '../i18n.ts'
import en from './en/administration.json' with { type: 'json' }
import zh from './zh-CN/administration.json' with { type: 'json' }

addCatalogue('administration', { 'zh-CN': zh, en })
