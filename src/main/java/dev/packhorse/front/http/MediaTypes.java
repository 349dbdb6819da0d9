package dev.packhorse.front.http;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Media types: by extension of a name (names as registered with IANA), and their syntax (RFC 9110, 8.3.1). */
public final class MediaTypes {

    /** What is sent for a file of which nothing is known. */
    public static final String UNKNOWN = "application/octet-stream";

    private static final int MAX_LENGTH = 255;

    private static final Map<String, String> BY_EXTENSION = byExtension();

    private MediaTypes() {}

    /** The type that the extension of a file name stands for, else {@link #UNKNOWN}. */
    public static String ofName(String path) {
        int dot = path.lastIndexOf('.');
        if (dot <= path.lastIndexOf('/') + 1 || path.length() - dot > 12) {
            return UNKNOWN;
        }
        String extension = path.substring(dot + 1);
        String type = BY_EXTENSION.get(extension);
        return type != null ? type : BY_EXTENSION.getOrDefault(extension.toLowerCase(Locale.ROOT), UNKNOWN);
    }

    /** The type and subtype without parameters, in lower case. */
    public static String essence(String mediaType) {
        int semicolon = mediaType.indexOf(';');
        return (semicolon < 0 ? mediaType : mediaType.substring(0, semicolon))
                .trim()
                .toLowerCase(Locale.ROOT);
    }

    /** Tells whether a text may be sent as a {@code Content-Type}: a type, a subtype, perhaps parameters, all in ASCII. */
    public static boolean isMediaType(String text) {
        int semicolon = text.indexOf(';');
        int end = semicolon < 0 ? text.length() : semicolon;
        int slash = text.indexOf('/');
        if (text.length() > MAX_LENGTH || slash < 1 || slash + 1 >= end) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean fits = i == slash || (i < end ? isToken(c) || (c == ' ' && i == end - 1) : c >= ' ' && c < 0x7f);
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    private static boolean isToken(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }

    private static Map<String, String> byExtension() {
        String[] table = {
            "text/plain; charset=utf-8", "txt text log ini cfg conf yaml yml toml properties",
            "text/html; charset=utf-8", "html htm",
            "text/css; charset=utf-8", "css",
            "text/javascript; charset=utf-8", "js mjs",
            "text/csv; charset=utf-8", "csv",
            "text/markdown; charset=utf-8", "md",
            "text/calendar", "ics",
            "text/vcard", "vcf",
            "application/json", "json map",
            "application/xml", "xml xsl",
            "application/pdf", "pdf",
            "application/rtf", "rtf",
            "application/zip", "zip",
            "application/gzip", "gz tgz",
            "application/x-tar", "tar",
            "application/x-bzip2", "bz2",
            "application/x-xz", "xz",
            "application/zstd", "zst",
            "application/x-7z-compressed", "7z",
            "application/java-archive", "jar",
            "application/wasm", "wasm",
            "application/epub+zip", "epub",
            "application/msword", "doc",
            "application/vnd.ms-excel", "xls",
            "application/vnd.ms-powerpoint", "ppt",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx",
            "application/vnd.oasis.opendocument.text", "odt",
            "application/vnd.oasis.opendocument.spreadsheet", "ods",
            "image/png", "png",
            "image/jpeg", "jpg jpeg",
            "image/gif", "gif",
            "image/webp", "webp",
            "image/avif", "avif",
            "image/svg+xml", "svg",
            "image/bmp", "bmp",
            "image/tiff", "tif tiff",
            "image/vnd.microsoft.icon", "ico",
            "image/heic", "heic",
            "audio/mpeg", "mp3",
            "audio/mp4", "m4a",
            "audio/ogg", "ogg oga opus",
            "audio/flac", "flac",
            "audio/wav", "wav",
            "video/mpeg", "mpg mpeg",
            "video/mp4", "mp4 m4v",
            "video/mp2t", "ts",
            "video/webm", "webm",
            "video/ogg", "ogv",
            "video/quicktime", "mov",
            "video/x-matroska", "mkv",
            "video/x-msvideo", "avi",
            "font/woff", "woff",
            "font/woff2", "woff2",
            "font/ttf", "ttf",
            "font/otf", "otf",
        };
        Map<String, String> types = new HashMap<>();
        for (int i = 0; i < table.length; i += 2) {
            for (String extension : table[i + 1].split(" ", -1)) {
                types.put(extension, table[i]);
            }
        }
        return Map.copyOf(types);
    }
}
