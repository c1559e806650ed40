"""Kinship of the families: relatives are left out of training together, or an unseen fault is not unseen.

``redacted`` and ``token_composed`` write different words for the same fault: a detector that was trained on one has
seen the other. The composed families have relatives in several groups and are with their next of kin.
"""

from __future__ import annotations

_MEMBERS: dict[str, str] = {
    "names_respelled": "renamed_case renamed_style renamed_blank renamed_typo names_broken_encoding",
    "names_reworded": "renamed_synonym renamed_locale renamed_shortened names_composed",
    "names_affixed": "renamed_affix names_flattened names_with_units merge_suffixes",
    "names_lost": "renamed_anonymous header_lost other_table layout_composed",
    "columns_gone": "columns_removed columns_cut_off column_replaced",
    "columns_new": "columns_added metadata_columns index_column overflow_column column_duplicated",
    "columns_recut": "column_split columns_merged columns_nested delimiter_wrong one_hot wide_to_long",
    "columns_moved": "columns_reordered values_shifted type_widened",
    "number_marks": "currency_sign unit_suffix percent_sign sign_style trailing_junk quoted_values printed_objects "
    "form_composed",
    "number_notation": "thousands_separator decimal_comma scientific_notation int_as_float hexadecimal zero_padded "
    "leading_zeros_lost numbers_for_people",
    "values_wrapped": "json_wrapped list_valued whitespace_padding",
    "values_of_other_kind": "words_in_numbers number_in_category junk_composed date_in_words boolean_third_value",
    "rows_of_other_kind": "header_repeated units_row rows_misaligned columns_crossed",
    "date_format": "date_other_format date_mixed_formats date_day_month_exchanged date_two_digit_year date_month_name "
    "date_coarser",
    "date_clock": "date_as_epoch date_number_scale date_time_style date_clock_style date_zone_mixed",
    "boolean_form": "boolean_spelling boolean_as_code boolean_mixed boolean_case",
    "text_encoding": "broken_encoding text_escaped text_other_letters",
    "text_form": "code_reformatted email_form phone_form uuid_form json_restructured json_unreadable values_hashed "
    "values_masked",
    "cells_empty": "empty_scattered empty_by_value empty_segment empty_block empty_tail empty_together rows_empty "
    "column_empty columns_out old_column_emptied",
    "cells_blank": "blank_spaces invisible_blanks empty_literals punctuation_only",
    "words_for_nothing": "not_available_words unknown_words mixed_tokens token_composed redacted not_a_number",
    "placeholders": "test_values text_placeholder contact_placeholder json_emptied text_emptied_partly",
    "sentinels": "sentinel_number sentinel_zero sentinel_date sentinel_composed",
    "defaults": "default_fill default_date default_flag first_option mean_fill filled_forward",
    "rows_lost": "partial_load nearly_nothing rows_without_partner_lost",
    "rows_selected": "rows_filtered rows_of_values_lost segment_rows_lost time_gap",
    "number_scaled": "decimal_shift_up decimal_shift_down unit_slip overflow_scale spike_rows numbers_composed",
    "number_extreme": "extreme_value just_out_of_range tail_stretched heavy_tail_noise noise_burst beyond_scale",
    "number_sentinel_like": "stuck_extreme number_limit key_far_off total_line",
    "number_sign": "sign_flip negative_values",
    "digits": "digit_transposed digit_added digit_lost date_digit_wrong",
    "date_outlier": "far_date wrong_century epoch_date date_ahead date_behind date_far_block",
    "pairs_broken": "cells_swapped joint_outlier relation_broken dates_crossed",
    "label_outlier": "category_typo category_case unknown_category category_of_other_column flag_rare_value",
    "text_outlier": "text_too_long text_too_short text_gibberish text_injected contact_malformed code_wrong_length",
    "unit_shift": "scale_power_of_ten unit_change currency_rate percent_or_share reciprocal log_scale "
    "numbers_move_together segment_scaled",
    "level_shift": "mean_shift offset_constant mixture_added lagged_level slow_drift shift_composed inverted sign_lost",
    "spread_shift": "variance_change noise_added skewed tail_thickened tails_removed wrapped_counter",
    "values_piled": "clipped rounded stuck_value zero_inflated heaped detection_limit",
    "mix_shift": "category_mix category_dominates category_dropped mix_evened relabelled categories_merged flag_share "
    "flag_inverted",
    "labels_new": "new_category new_categories code_list_replaced labels_recased granularity_change rare_to_other",
    "text_shift": "text_truncated text_boilerplate text_length text_vocabulary contact_mix json_values",
    "date_moved": "time_zone_shift date_offset dates_stale dates_moved_in_part backfill_mixed_in dates_drifting",
    "date_shape": "dates_of_load clock_lost dates_to_period_start dates_spread",
    "columns_mixed_up": "columns_swapped column_copied association_broken",
    "rows_repeated": "rows_repeated batch_repeated join_explosion rows_repeated_new_key old_rows_mixed_in volume_jump",
    "keys": "id_restarted key_repeated",
    "rows_sampled": "sampling_bias segment_multiplied segment_thinned",
}
_GROUP = {name: group for group, names in _MEMBERS.items() for name in names.split()}


def group_of(name: str) -> str:
    """The group of a family; a family without relatives is its own."""
    return _GROUP.get(name, name)
