// SPDX-License-Identifier: Apache-2.0
//
// The program as a lesson: one of a course, with buttons for the next and the previous one, or a program that came with
// a link; and whether it was changed since it was opened.

import { $ } from './dom.js';

/**
 * @param {{id: string, title: string, text: string, files: object[]}[]} lessons in their order
 * @param {{open: (id: string) => void, restore: () => void}} on
 */
export function makeLesson(lessons, { open, restore }) {
  const pick = $('example');
  let at = 0;
  const go = (by) => open(lessons[at + by].id);
  $('back').addEventListener('click', () => go(-1));
  $('next').addEventListener('click', () => go(1));
  $('restore').addEventListener('click', restore);

  return {
    /** @param {{id?: string, title: string, text: string}} program `id`: of a lesson */
    show({ id, title, text }) {
      const found = lessons.findIndex((lesson) => lesson.id === id);
      $('title').textContent = title;
      $('text').textContent = text;
      $('lesson-number').textContent = found < 0 ? '' : `${found + 1} of ${lessons.length}`;
      at = found;
      $('back').disabled = found <= 0;
      $('next').disabled = found === lessons.length - 1;
      $('next').lastChild.textContent = found < 0 ? 'Lessons' : 'Next';
      // The list shows the present program: one that is no lesson has an entry as long as it is open.
      pick.querySelector('option[value=""]')?.remove();
      if (found < 0) pick.prepend(Object.assign(document.createElement('option'), { value: '', textContent: title }));
      pick.value = id ?? '';
      this.edited(false);
    },
    /** @param {boolean} is */
    edited(is) {
      $('edited').hidden = !is;
    },
  };
}
