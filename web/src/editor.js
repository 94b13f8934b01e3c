// SPDX-License-Identifier: Apache-2.0
//
// The editor: CodeMirror with Erlang. It holds the text of one file at a time, and shows the marks that it is given.

import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import {
  HighlightStyle,
  StreamLanguage,
  bracketMatching,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from '@codemirror/language';
import { erlang } from '@codemirror/legacy-modes/mode/erlang';
import { lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import {
  EditorView,
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** How each kind of message is marked at its line. `fault` is an error at run time. */
const SEVERITIES = { error: 'error', warning: 'warning', fault: 'info' };

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword], color: 'var(--keyword)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--string)' },
  { tag: [tags.atom, tags.bool], color: 'var(--atom)' },
  { tag: tags.number, color: 'var(--number)' },
  { tag: tags.comment, color: 'var(--comment)', fontStyle: 'italic' },
  { tag: [tags.meta, tags.attributeName, tags.typeName, tags.tagName], color: 'var(--keyword)' },
  { tag: [tags.function(tags.variableName), tags.definition(tags.variableName)], color: 'var(--ink)' },
]);

/**
 * @param {HTMLElement} parent
 * @param {{changed: (text: string) => void, run: () => void}} on
 */
export function makeEditor(parent, { changed, run }) {
  const extensions = [
    lineNumbers(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    history(),
    drawSelection(),
    indentOnInput(),
    indentUnit.of('    '),
    bracketMatching(),
    StreamLanguage.define(erlang),
    syntaxHighlighting(colours),
    lintGutter(),
    ...(matchMedia('(max-width: 760px)').matches ? [EditorView.lineWrapping] : []),
    keymap.of([{ key: 'Mod-Enter', run: () => (run(), true) }, ...defaultKeymap, ...historyKeymap]),
    EditorView.contentAttributes.of({
      'aria-label': 'Erlang source',
      tabindex: '0',
      spellcheck: 'false',
      autocorrect: 'off',
      autocapitalize: 'off',
    }),
    EditorView.updateListener.of((update) => update.docChanged && changed(update.state.doc.toString())),
  ];
  const view = new EditorView({ parent, state: EditorState.create({ extensions }) });
  /** Each file has a state of its own, so that it has its own history. */
  const states = new Map();
  let current;
  return {
    view,
    forget: () => (states.clear(), (current = undefined)),
    show(name, text) {
      if (current !== undefined) states.set(current, view.state);
      current = name;
      const known = states.get(name);
      view.setState(known?.doc.toString() === text ? known : EditorState.create({ doc: text, extensions }));
    },
    /** @param {{kind: string, line: number, column: number, text: string}[]} told */
    mark(told) {
      const { doc } = view.state;
      const diagnostics = told.map(({ kind, line, column, text }) => {
        const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
        const indent = kind === 'fault' ? /^\s*/.exec(at.text)[0].length : 0;
        const from = Math.min(at.from + Math.max(column - 1, indent), at.to);
        const word = (kind === 'fault' ? /^.*\S/ : /^[\w@]+|^\S/).exec(doc.sliceString(from, at.to));
        const to = Math.min(at.to, from + (word?.[0].length ?? 1));
        return {
          from: from === to ? Math.max(at.from, from - 1) : from,
          to,
          severity: SEVERITIES[kind],
          message: text,
        };
      });
      view.dispatch(setDiagnostics(view.state, diagnostics));
    },
    goto(line, column) {
      const at = view.state.doc.line(Math.min(line, view.state.doc.lines));
      view.dispatch({ selection: { anchor: Math.min(at.from + column - 1, at.to) }, scrollIntoView: true });
      view.focus();
    },
  };
}
