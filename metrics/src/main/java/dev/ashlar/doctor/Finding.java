package dev.ashlar.doctor;

/**
 * One thing that was found.
 *
 * @param severity how bad it is
 * @param ailment which it is
 * @param title in a few words
 * @param evidence the figures that say so
 * @param advice what to do about it, in a sentence
 * @param command of the command line that helps, or shows more; empty if none does
 */
public record Finding(
        Severity severity, Ailment ailment, String title, String evidence, String advice, String command) {}
