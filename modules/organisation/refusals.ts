import type { Sentences } from '#kernel/decision.ts'

export const refusals: Sentences = {
  'wrong-credentials': { zh: '账号或密码不正确。', en: 'The name or the password is wrong.' },
  'sign-in-locked': { zh: '密码错误次数过多，请 {minutes} 分钟后再试，或请管理员解锁。', en: 'Too many wrong passwords. Try again in {minutes} min, or ask an administrator.' },
  'wrong-password': { zh: '当前密码不正确。', en: 'The current password is wrong.' },
  'password-too-short': { zh: '密码至少需要 {length} 个字符。', en: 'A password needs at least {length} characters.' },
  'password-too-plain': { zh: '密码过于简单：请混用大小写字母、数字、符号中的至少 {classes} 类，或使用 20 个以上字符。', en: 'Too plain: mix at least {classes} of small letters, capitals, digits and signs, or take 20 characters and more.' },
  'password-has-name': { zh: '密码中不能包含账号名。', en: 'A password must not contain the account’s name.' },
  'password-used-before': { zh: '不能使用最近用过的密码。', en: 'This password was used recently. Choose another.' },
  'agency-not-found': { zh: '没有这个单位，或不在您的管辖范围内。', en: 'There is no such agency in your part of the organisation.' },
  'agency-parent-needed': { zh: '请选择上级单位。', en: 'Choose the agency above it.' },
  'agency-path-taken': { zh: '代码为“{path}”的单位已存在。', en: 'There is an agency {path} already.' },
  'place-incomplete': { zh: '经度和纬度必须同时填写。', en: 'Give both longitude and latitude, or neither.' },
  'member-not-found': { zh: '没有这名人员，或不在您的管辖范围内。', en: 'There is no such member in your part of the organisation.' },
  'staff-number-taken': { zh: '编号 {staffNumber} 已被使用。', en: 'Staff number {staffNumber} is taken.' },
  'account-not-found': { zh: '没有这个账号，或不在您的管辖范围内。', en: 'There is no such account in your part of the organisation.' },
  'account-name-taken': { zh: '账号名“{name}”已被使用。', en: 'The name {name} is taken.' },
  'account-outranks': { zh: '该账号拥有您管辖范围以外的权限，只能由上级管理员修改。', en: 'This account holds rights outside your part of the organisation; an administrator above must change it.' },
  'grant-outside': { zh: '不能授予 {agency} 的权限：不在您的管辖范围内。', en: 'You cannot grant rights over {agency}: it is outside your part of the organisation.' },
  'own-account': { zh: '不能修改自己的权限或停用自己的账号。', en: 'You cannot change your own rights or disable yourself.' },
  'setup-done': { zh: '系统已完成初始化，请登录。', en: 'The set-up is done. Sign in.' },
  'setup-token-wrong': { zh: '初始化口令不正确，请查看服务器启动时显示的口令。', en: 'The set-up token is wrong. The server printed it when it started.' },
}
