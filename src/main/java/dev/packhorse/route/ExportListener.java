package dev.packhorse.route;

/** Who serves exports. */
public interface ExportListener {

    /**
     * An export has come.
     *
     * @throws IllegalArgumentException if it cannot be served, with one line that says why
     */
    void added(Export export);

    /** An export is gone; requests under way may still use it. */
    void removed(Export export);
}
