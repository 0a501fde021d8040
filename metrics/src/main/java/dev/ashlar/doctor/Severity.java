package dev.ashlar.doctor;

/** How bad a finding is, the least first. */
public enum Severity {
    /** Nothing ails. */
    HEALTHY,
    /** It costs memory, or may cost requests later. */
    WARNING,
    /** Requests fail, or part of the pool is out of service. */
    CRITICAL
}
