package dev.ashlar.attach;

/** What a heap map is written as. */
public enum MapForm {
    /** A picture. */
    SVG,
    /** A page with zoom and hover. */
    HTML,
    /** Its figures. */
    JSON
}
