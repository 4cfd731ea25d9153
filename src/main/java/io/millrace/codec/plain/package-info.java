/**
 * JSON straight from its bytes, as far as it is plain: texts without escapes, numbers, words and
 * blanks, found and checked without tokens or strings. Whatever is not plain is reported as such,
 * and left to a general parser.
 *
 * <p>A record is copied to a {@link RecordBuffer}, which has zeros behind it: no method reads
 * further. {@link PlainText} finds where things end, {@link PlainValue} skips what is not used,
 * {@link PlainNumber} and {@link PlainCategory} read values, {@link ByteTable} looks texts up.
 */
@NullMarked
package io.millrace.codec.plain;

import org.jspecify.annotations.NullMarked;
