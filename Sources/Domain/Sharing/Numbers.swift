extension UInt64 {
    /// Whether this number comes right after `other`. Strangers choose both, up to the highest there is.
    public func isNext(after other: UInt64) -> Bool { self > 0 && self - 1 == other }
}
