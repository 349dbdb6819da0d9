/**
 * The audit log: a line for each operation, with who asked for it, from where, and what became of it.
 *
 * <p>Words: an {@link dev.packhorse.policy.observe.Origin} is who stands behind the operations of one request;
 * {@link dev.packhorse.policy.observe.AuditStore} is a store as that request sees it, outermost, so that what the rules of an export
 * refuse is a line as well; the {@link dev.packhorse.policy.observe.AuditLog} takes the lines to a file or to the standard output.
 *
 * <p>Shape: one JSON object a line, in ASCII, so that nothing a client names can end a line or turn the text around on a screen.
 * What is outside ASCII is written {@code \}{@code uXXXX}; a reader of JSON has exactly what the client named.
 * <pre>{@code
 * {"time":"2026-11-21T12:00:00.123Z","caller":"ada","address":"192.0.2.7","protocol":"httpfs","export":"/photos",
 *  "operation":"move","path":"/a.jpg","target":"/b.jpg","status":"ok","ms":1.25,"request":17}
 * }</pre>
 * {@code bytes} (read, written, copied) and {@code entries} (listed) are there where they mean something, {@code request} where it is
 * known. {@code status} is {@code ok} or the kind of the failure ({@code not-found}). {@code time} is when the operation ended, for
 * contents and listings when they were closed.
 *
 * <p>Rules
 * <ul>
 *   <li>Everything that changes something, each read, listing and walk, and whatever is denied is a line. What is looked at
 *       ({@code stat}, {@code space}) is one on demand only: a download looks before it reads, and would be two. What a front
 *       looks at for itself ({@link dev.packhorse.fs.Audited}) is none.
 *   <li>The line of a change is with the operating system before the operation returns; a change whose line is not is not
 *       acknowledged. A crash in between leaves a change without a line, of which nobody was told that it happened.
 *   <li>Lines of what changes nothing are handed over within a moment, and nobody waits for them. When too many wait they are
 *       dropped, counted, and the log says how many are missing.
 *   <li>While the log cannot be written, further changes are refused before they are made, and reads go on. What waits is kept
 *       in memory, and written as soon as that works.
 * </ul>
 *
 * <p>What it does not do: it does not see what routes do by themselves ({@code from: timer}), nor sign its lines.
 *
 * <p>Threads: one, which writes.
 *
 * <pre>{@code
 * AuditLog log = AuditLog.to(AuditFile.open(file, AuditFile.Options.DEFAULT), AuditLog.Options.DEFAULT);
 * Store seen = new AuditStore(export, log, new Origin(caller, "httpfs", "/photos", 17L));
 * }</pre>
 */
@NullMarked
package dev.packhorse.policy.observe;

import org.jspecify.annotations.NullMarked;
